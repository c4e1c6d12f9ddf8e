/**
 * The states of a job.
 *
 * pending   entered at submit or requeue; left when an allocation is committed (starting) or by cancel
 * starting  an allocation is held, the runner has the order; left by its report, by cancel, by loss of the node
 * running   the runner reported a process; left by pause, by its end, by loss of the node
 * paused    every process of the job is frozen; left by resume or by its end
 * the rest  terminal: never left, the allocation is released in the same transaction that enters them
 */
export const JOB_STATES = [
  'pending',
  'starting',
  'running',
  'paused',
  'completed',
  'failed',
  'cancelled',
  'timed_out',
  'oom_killed',
  'lost',
] as const;

export type JobState = (typeof JOB_STATES)[number];

interface StateRules {
  /** Never left again. */
  readonly terminal: boolean;
  /** Holds an allocation. */
  readonly allocated: boolean;
  readonly next: readonly JobState[];
}

const ENDS = ['completed', 'failed', 'cancelled', 'timed_out', 'oom_killed', 'lost'] as const;
const terminal: StateRules = { terminal: true, allocated: false, next: [] };

/** What each state means and which may follow it. */
export const JOB_STATE_RULES: Record<JobState, StateRules> = {
  pending: { terminal: false, allocated: false, next: ['starting', 'cancelled', 'failed'] },
  starting: { terminal: false, allocated: true, next: ['running', 'pending', ...ENDS] },
  running: { terminal: false, allocated: true, next: ['paused', 'pending', ...ENDS] },
  paused: { terminal: false, allocated: true, next: ['running', 'pending', ...ENDS] },
  completed: terminal,
  failed: terminal,
  cancelled: terminal,
  timed_out: terminal,
  oom_killed: terminal,
  lost: terminal,
};

/** Which actions a job's state admits. */
export const jobCan = {
  cancel: (job: { state: JobState }): boolean => !JOB_STATE_RULES[job.state].terminal,
  pause: (job: { state: JobState }): boolean => job.state === 'running',
  resume: (job: { state: JobState }): boolean => job.state === 'paused',
};

/** True when the job has ended and will not change again. */
export function jobHasEnded(job: { state: JobState }): boolean {
  return JOB_STATE_RULES[job.state].terminal;
}
