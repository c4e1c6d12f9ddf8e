import type { Job, JobState } from '@weir/contract/client';
import { printable, type Color } from '../output/terminal.ts';
import { formatSpan, spanBetween } from '../output/times.ts';

const COLORS: Record<JobState, Color> = {
  pending: 'gray',
  starting: 'cyan',
  running: 'cyan',
  paused: 'yellow',
  completed: 'green',
  failed: 'red',
  cancelled: 'yellow',
  timed_out: 'red',
  oom_killed: 'red',
  lost: 'red',
};

/** The colour of a job's state. */
export function colorOfState(state: JobState): Color {
  return COLORS[state];
}

/** How long a job ran or has been running; null when it never started. */
export function formatElapsed(job: Job): string | null {
  return job.started_at === null ? null : formatSpan(spanBetween(job.started_at, job.ended_at));
}

/** How long a job waited for its start or has been waiting. */
export function formatWaiting(job: Job): string {
  return formatSpan(spanBetween(job.submitted_at, job.started_at ?? job.ended_at));
}

/** A job's command as one line that a shell would read the same way. */
export function formatCommand(command: readonly string[]): string {
  return command.map((word) => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ');
}

/** One line that says where a job stands: `job 12 failed after 3.1s: exited with code 3`. */
export function describeJob(job: Job): string {
  const elapsed = formatElapsed(job);
  const after = elapsed === null ? '' : ` after ${elapsed}`;
  const [reason = ''] = (job.reason ?? '').split('\n');
  return `job ${job.job_id} ${STATE_WORDS[job.state]}${after}${reason === '' ? '' : `: ${printable(reason)}`}`;
}

const STATE_WORDS: Record<JobState, string> = {
  pending: 'is pending',
  starting: 'is starting',
  running: 'is running',
  paused: 'is paused',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'was cancelled',
  timed_out: 'timed out',
  oom_killed: 'ran out of memory',
  lost: 'was lost',
};
