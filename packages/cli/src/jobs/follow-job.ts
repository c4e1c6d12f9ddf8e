import { jobHasEnded, type AppError, type Job } from '@weir/contract/client';
import { callPatiently, type Link } from '../connection/patience.ts';
import { note, write, writeError } from '../output/terminal.ts';
import { followLog, type Sink } from './follow-log.ts';
import { describeRank } from './job-text.ts';
import { waitUntilJob } from './wait-for-job.ts';

/** Copies a job's output and errors to ours while it runs, every attempt of it; answers the ended job. */
export async function followJob(link: Link, jobId: number): Promise<Job> {
  for (let followed = 0; ;) {
    const job = await waitUntilJob(link, jobId, (now) => isUnderWay(now) && now.attempt > followed);
    if (job.attempt > followed && job.started_at !== null) await followAttempt(link, job);
    followed = Math.max(followed, job.attempt);
    if (jobHasEnded(job)) return job;
  }
}

/** True while the job's last attempt has a process. */
export function isUnderWay(job: Job): boolean {
  return job.state === 'running' || job.state === 'paused';
}

/** True when a log will not come any more: its node is away and the job has ended without it. */
export async function logIsGone(link: Link, jobId: number, refusal: AppError): Promise<boolean> {
  if (refusal.code !== 'node_unreachable') return false;
  return jobHasEnded(await callPatiently(link, ({ client }) => client.jobShow({ params: { job_id: jobId } })));
}

async function followAttempt(link: Link, job: Job): Promise<void> {
  const whose = describeRank(job, { rank: 0, attempt: job.attempt, stderr: false });
  if (whose !== undefined) note(whose);
  const sinks: readonly (readonly ['stdout' | 'stderr', Sink])[] = [
    ['stdout', write],
    ['stderr', writeError],
  ];
  const givesUp = (refusal: AppError) => logIsGone(link, job.job_id, refusal);
  const copies = await Promise.allSettled(
    sinks.map(([stream, sink]) => followLog(link, { jobId: job.job_id, stream, attempt: job.attempt, rank: 0 }, { sink, givesUp })),
  );
  for (const copy of copies) {
    if (copy.status === 'fulfilled') continue;
    if (isNodeAway(copy.reason)) note(`weir: the rest of the output is out of reach: ${copy.reason.message}`);
    else throw copy.reason;
  }
}

function isNodeAway(reason: unknown): reason is AppError {
  return reason instanceof Error && 'code' in reason && reason.code === 'node_unreachable';
}
