import { stateAfter, type JobState, type Outcome } from '@weir/contract';
import type { Queries } from '../../store/store.ts';
import type { JobRow } from '../../store/schema.ts';
import { isGang, type JobChanges } from '../attempt-store.ts';
import { renewProgram } from '../renewed-program.ts';

/** How an attempt as a whole ended. */
export interface AttemptEnd {
  readonly outcome: Outcome;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
  readonly startedAt: number | null;
}

/** What becomes of a job whose attempt has ended: it goes back to the queue, or it has ended. */
export async function chooseChanges(db: Queries, job: JobRow, end: AttemptEnd): Promise<JobChanges> {
  if (!goesBack(job, end.outcome)) return endChanges(job, end);
  const preemptions = job.preemptions + (isPreempted(job, end.outcome) ? 1 : 0);
  return { ...BACK_TO_QUEUE, preemptions, ...(await renewProgram(db, job)) };
}

const BACK_TO_QUEUE = {
  state: 'pending',
  started_at: null,
  gpu_ids: '[]',
  events_offset: 0,
  error_message: null,
  stop_by: null,
  pause_wanted: 0,
} as const;

function goesBack(job: JobRow, outcome: Outcome): boolean {
  if (job.stop_by === 'user') return false;
  if (isPreempted(job, outcome)) return job.class === 'scavenger' || job.requeue === 1;
  if (outcome.kind === 'never_started') return job.requeue === 1 || !isGang(job) || job.started_at === null;
  return outcome.kind === 'lost' && job.requeue === 1;
}

/** It was ended to make room, not by itself. */
function isPreempted(job: JobRow, outcome: Outcome): boolean {
  return job.stop_by === 'preempted' && outcome.kind === 'stopped' && outcome.by === 'preempted';
}

/** What becomes of a job of one node that ended by itself, whatever was asked of it meanwhile; undefined = that depends on the job. */
export function changesAfterOwnEnd(end: AttemptEnd): JobChanges | undefined {
  if (end.outcome.kind !== 'exited' && end.outcome.kind !== 'signaled') return undefined;
  return { state: stateAfter(end.outcome), ended_at: end.endedAt, ...describeExit(end.outcome) };
}

function endChanges(job: JobRow, end: AttemptEnd): JobChanges {
  const { outcome } = end;
  return {
    state: endState(job, outcome),
    ended_at: end.endedAt,
    ...(end.startedAt === null || job.started_at !== null ? {} : { started_at: end.startedAt }),
    ...describeExit(outcome),
  };
}

function describeExit(outcome: Outcome): Pick<JobChanges, 'outcome' | 'exit_code' | 'exit_signal'> {
  return {
    outcome: JSON.stringify(outcome),
    exit_code: 'code' in outcome ? outcome.code : null,
    exit_signal: 'signal' in outcome ? outcome.signal : null,
  };
}

function endState(job: JobRow, outcome: Outcome): JobState {
  const after = stateAfter(outcome);
  const endedByItself =
    outcome.kind === 'exited' || outcome.kind === 'signaled' || outcome.kind === 'start_failed' || outcome.kind === 'oom_killed';
  if (job.stop_by === 'user' && !endedByItself && after !== 'timed_out') return 'cancelled';
  return after === 'pending' ? 'failed' : after;
}
