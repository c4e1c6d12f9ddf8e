import { Type, type Static } from 'typebox';
import type { JobState } from './job-states.ts';

/** Who ordered a stop; `gang` = another node's part of the same job ended. */
export const StopCause = Type.Union([
  Type.Literal('user'),
  Type.Literal('time_limit'),
  Type.Literal('superseded'),
  Type.Literal('preempted'),
  Type.Literal('gang'),
]);
export type StopCause = Static<typeof StopCause>;

const LostReason = Type.Union([Type.Literal('node_silent'), Type.Literal('node_removed'), Type.Literal('process_vanished')]);
export type LostReason = Static<typeof LostReason>;

/** How one attempt of a job ended. `signal` is the number; a stopped attempt also tells how its process went. */
export const Outcome = Type.Union([
  Type.Object({ kind: Type.Literal('exited'), code: Type.Integer() }),
  Type.Object({ kind: Type.Literal('signaled'), signal: Type.Integer() }),
  Type.Object({
    kind: Type.Literal('stopped'),
    by: StopCause,
    code: Type.Union([Type.Integer(), Type.Null()]),
    signal: Type.Union([Type.Integer(), Type.Null()]),
  }),
  Type.Object({ kind: Type.Literal('oom_killed'), limitBytes: Type.Integer() }),
  /** The program could not be started: no such command, directory, permission. */
  Type.Object({ kind: Type.Literal('start_failed'), message: Type.String() }),
  /** The order was never carried out and never will be: safe to run elsewhere. */
  Type.Object({ kind: Type.Literal('never_started') }),
  Type.Object({ kind: Type.Literal('lost'), reason: LostReason }),
]);
export type Outcome = Static<typeof Outcome>;

/** The job state that an attempt's outcome leads to; `pending` means that the job goes back to the queue. */
export function stateAfter(outcome: Outcome): JobState {
  switch (outcome.kind) {
    case 'exited':
      return outcome.code === 0 ? 'completed' : 'failed';
    case 'signaled':
    case 'start_failed':
      return 'failed';
    case 'stopped':
      return STATE_AFTER_STOP[outcome.by];
    case 'oom_killed':
      return 'oom_killed';
    case 'never_started':
      return 'pending';
    case 'lost':
      return 'lost';
  }
}

const STATE_AFTER_STOP: Record<StopCause, JobState> = {
  user: 'cancelled',
  time_limit: 'timed_out',
  superseded: 'lost',
  preempted: 'cancelled',
  gang: 'failed',
};

/** One line for people that says why a job ended so; null for a plain success. */
export function describeOutcome(outcome: Outcome): string | null {
  switch (outcome.kind) {
    case 'exited':
      return outcome.code === 0 ? null : `exited with code ${outcome.code}`;
    case 'signaled':
      return `killed by signal ${outcome.signal}`;
    case 'stopped':
      return STOP_TEXT[outcome.by];
    case 'oom_killed':
      return `used more than its memory limit of ${outcome.limitBytes} bytes`;
    case 'start_failed':
      return `could not be started: ${outcome.message}`;
    case 'never_started':
      return 'was never started on its node';
    case 'lost':
      return LOST_TEXT[outcome.reason];
  }
}

const LOST_TEXT: Record<LostReason, string> = {
  node_silent: 'its node stopped answering',
  node_removed: 'its node was removed by force',
  process_vanished: 'its process vanished without a trace',
};

const STOP_TEXT: Record<StopCause, string> = {
  user: 'cancelled by request',
  time_limit: 'ran into its time limit',
  superseded: 'superseded by a later attempt',
  preempted: 'made room for a job of a higher class',
  gang: 'another node of the job ended first',
};
