import type { Job, JobState } from '@weir/contract/client';

/** As env(1) and timeout(1) answer when they themselves fail, and when the time is over. */
const NOT_RUN_EXIT = 125;
const TIMED_OUT_EXIT = 124;
const SIGNAL_EXIT = 128;
const SIGINT = 2;
const SIGKILL = 9;

const EXIT_OF_STATE: Record<JobState, (job: Job) => number> = {
  pending: () => NOT_RUN_EXIT,
  starting: () => NOT_RUN_EXIT,
  running: () => NOT_RUN_EXIT,
  paused: () => NOT_RUN_EXIT,
  completed: () => 0,
  failed: exitOfFailure,
  cancelled: () => SIGNAL_EXIT + SIGINT,
  timed_out: () => TIMED_OUT_EXIT,
  oom_killed: () => SIGNAL_EXIT + SIGKILL,
  lost: () => NOT_RUN_EXIT,
};

/** The exit code that stands for how a job ended: its own; 128+n for signal n; 124 timed out, 130 cancelled, 137 out of memory, 125 never ran or lost; 1 for an array of which a task did not succeed. */
export function exitCodeOf(job: Job): number {
  return EXIT_OF_STATE[job.state](job);
}

function exitOfFailure(job: Job): number {
  if (job.array !== null) return 1;
  if (job.exit_signal !== null) return SIGNAL_EXIT + job.exit_signal;
  return job.exit_code === null || job.exit_code === 0 ? NOT_RUN_EXIT : job.exit_code;
}
