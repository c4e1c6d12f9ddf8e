import type { Job } from '@weir/contract/client';
import { callPatiently, type Link } from '../../connection/patience.ts';
import { clearStatus, note, showStatus } from '../../output/terminal.ts';
import { exitCodeOf } from '../job-exit.ts';
import { describeJob } from '../job-text.ts';
import { waitForJob } from '../wait-for-job.ts';
import { jobHasEnded } from '@weir/contract/client';

const LOOK_EVERY_MS = 2_000;

/** Waits for a job to end; at a terminal a line at the bottom says how it stands. */
export async function watchJob(link: Link, jobId: number): Promise<Job> {
  if (!process.stderr.isTTY) return waitForJob(link, jobId);
  for (;;) {
    const job = await callPatiently(link, ({ client }) => client.jobShow({ params: { job_id: jobId }, query: { wait_ms: LOOK_EVERY_MS } }));
    clearStatus();
    if (jobHasEnded(job)) return job;
    showStatus(describeJob(job));
  }
}

/** Waits for all jobs in their order and tells each end; answers the jobs, and the exit code of the first that did not succeed. */
export async function watchJobs(link: Link, jobs: readonly Job[]): Promise<{ ended: Job[]; exitCode: number }> {
  const ended: Job[] = [];
  for (const { job_id } of jobs) {
    const job = await watchJob(link, job_id);
    note(describeJob(job));
    ended.push(job);
  }
  return { ended, exitCode: ended.map(exitCodeOf).find((code) => code !== 0) ?? 0 };
}
