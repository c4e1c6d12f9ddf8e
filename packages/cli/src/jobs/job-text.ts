import type { Job, JobArray, JobState } from '@weir/contract/client';
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

/** A job's name with its place in an array: `train [3]` for a task, `train [1-100%8]` for the array. */
export function formatName(job: Job): string {
  if (job.array !== null) return `${job.name} [${formatSpec(job.array)}]`;
  return job.array_index === null ? job.name : `${job.name} [${job.array_index}]`;
}

/** How far an array is: `40 of 100 done, 8 running, 2 failed`. */
export function formatTasks({ tasks, active, completed, failed }: JobArray): string {
  const parts = [
    `${completed} of ${tasks} done`,
    ...(active === 0 ? [] : [`${active} running`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
  ];
  return parts.join(', ');
}

/** Where a job runs or ran: `node-1`, `node-1 +3` for a gang, what it asks for while it waits, else `-`. */
export function formatPlace(job: Job): string {
  const others = Math.max(job.nodes, job.members.length) - 1;
  if (job.node !== null) return others > 0 ? `${job.node} +${others}` : job.node;
  return others > 0 ? `${others + 1} nodes` : '-';
}

/** Which rank's output is shown of a job on several nodes, and how to see another's; undefined for a job on one node. */
export function describeRank(
  job: Job,
  shown: { readonly rank: number; readonly attempt: number; readonly stderr: boolean },
): string | undefined {
  if (job.nodes === 1) return undefined;
  const isLast = shown.attempt === job.attempt;
  const node = isLast ? job.members.find(({ rank }) => rank === shown.rank)?.node : undefined;
  const failed = isLast && job.failed_rank !== shown.rank ? job.failed_rank : null;
  const other = failed ?? (shown.rank === 0 ? 1 : 0);
  const options = [...(isLast ? [] : [`--attempt ${shown.attempt}`]), ...(shown.stderr ? ['--stderr'] : [])];
  const command = ['weir job logs', job.job_id, `--rank ${other}`, ...options].join(' ');
  const what = `rank ${shown.rank} of ${job.nodes}${node === undefined ? '' : `, on ${node}`}`;
  return failed === null ? `${what}; another one: ${command}` : `${what}; rank ${failed} failed: ${command}`;
}

function formatSpec({ spec, parallel }: JobArray): string {
  return parallel === null || spec.includes('%') ? spec : `${spec}%${parallel}`;
}

/** One line that says where a job stands: `job 12 failed after 3.1s: exited with code 3`. */
export function describeJob(job: Job): string {
  const elapsed = formatElapsed(job);
  const after = elapsed === null ? '' : ` after ${elapsed}`;
  const [reason = ''] = (job.reason ?? (job.array === null ? '' : formatTasks(job.array))).split('\n');
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
