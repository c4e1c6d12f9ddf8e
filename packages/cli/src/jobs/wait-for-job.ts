import { AppError, jobHasEnded, type Job } from '@weir/contract/client';
import { callPatiently, type Link } from '../connection/patience.ts';

const WAIT_MS = 30_000;

/** Waits until a job has ended, through restarts of the host; throws `wait_timed_out` when that is not before `deadlineAt` (epoch ms). */
export async function waitForJob(link: Link, jobId: number, deadlineAt = Number.POSITIVE_INFINITY): Promise<Job> {
  for (;;) {
    const left = Math.max(0, deadlineAt - Date.now());
    const job = await callPatiently(link, ({ client }) =>
      client.jobShow({ params: { job_id: jobId }, query: { wait_ms: Math.ceil(Math.min(WAIT_MS, left)) } }),
    );
    if (jobHasEnded(job)) return job;
    if (left === 0)
      throw new AppError('wait_timed_out', `job ${jobId} has not ended in time: it is ${job.state} and goes on`, { value: jobId });
  }
}

/** Waits until `holds` is true of a job or it has ended; looks again at each of its events. */
export async function waitUntilJob(link: Link, jobId: number, holds: (job: Job) => boolean): Promise<Job> {
  let after = 0;
  for (;;) {
    const seen = after;
    const page = await callPatiently(link, ({ client }) =>
      client.eventList({ query: { job_id: jobId, after: seen, limit: 1000, ...(seen === 0 ? {} : { wait_ms: WAIT_MS }) } }),
    );
    after = Math.max(after, page.last_seq);
    const job = await callPatiently(link, ({ client }) => client.jobShow({ params: { job_id: jobId } }));
    if (jobHasEnded(job) || holds(job)) return job;
  }
}
