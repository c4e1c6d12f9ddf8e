import type { HostFrame, Launch, Outcome, StopCause } from '@weir/contract/protocol';

/** One try to execute a job. */
export interface AttemptId {
  readonly jobId: number;
  readonly attempt: number;
}

/** `12.3` for attempt 3 of job 12: names folders and map entries. */
export function attemptKey(id: AttemptId): string {
  return `${id.jobId}.${id.attempt}`;
}

/** Reads a key back; undefined when it is none. */
export function parseAttemptKey(key: string): AttemptId | undefined {
  const match = /^([1-9]\d{0,15})\.([1-9]\d{0,9})$/.exec(key);
  return match === null ? undefined : { jobId: Number(match[1]), attempt: Number(match[2]) };
}

/**
 * What an executor knows of an attempt. Times are ms since the epoch.
 *
 * preparing  the order is taken; left when the program runs, or with an end
 * running    the program runs; `paused` while every process of it stands still
 * ended      nothing of it is left on the node; never left. `startedAt` is null when the program never ran
 */
export type AttemptState =
  | { readonly kind: 'preparing' }
  | { readonly kind: 'running'; readonly startedAt: number; readonly paused: boolean }
  | { readonly kind: 'ended'; readonly outcome: Outcome; readonly startedAt: number | null; readonly endedAt: number };

export type EndedState = Extract<AttemptState, { kind: 'ended' }>;

export type StopSignal = Extract<HostFrame, { type: 'stop' }>['signal'];

export interface StopOrder {
  readonly by: StopCause;
  /** TERM goes to every process, another one to the job's main process alone. */
  readonly signal: StopSignal;
  /** From the signal to KILL for the whole tree. */
  readonly graceMs: number;
}

/** An attempt that an earlier runner process left on the node. */
export interface RecoveredAttempt {
  readonly id: AttemptId;
  readonly state: AttemptState;
  /** It is a stage: its event file is to be followed. */
  readonly stage: boolean;
}

/**
 * Executes attempts in one way (processes of the node, containers, units).
 *
 * Call order: `recover` once, first; then per attempt `start`, any of `pause`, `resume`, `stop` in any order and number, and `forget` after
 * its end. All calls return at once; what comes of them is told by `onChange`, never from within the call's own stack for another attempt.
 * `start` of an attempt that is known does nothing, over restarts too: an attempt is executed at most once. `stop`, `pause` and `resume` are
 * idempotent and do nothing to an attempt that has ended or is not known. Attempts go on without the runner; `close` leaves them running.
 */
export interface Executor {
  /** Finds the attempts of earlier runner processes and follows them. One that was never begun is ended as `never_started`. */
  recover(): readonly RecoveredAttempt[];
  start(id: AttemptId, launch: Launch): void;
  stop(id: AttemptId, order: StopOrder): void;
  pause(id: AttemptId): void;
  resume(id: AttemptId): void;
  /** Drops the record of an ended attempt; its output stays. */
  forget(id: AttemptId): void;
  /** The state of an attempt; undefined when it is not known. */
  state(id: AttemptId): AttemptState | undefined;
  close(): Promise<void>;
}

/** Called with each new state of an attempt. */
export type StateListener = (id: AttemptId, state: AttemptState) => void;
