import { JOB_STATES, JOB_STATE_RULES, type Job } from '@weir/contract/client';
import { callPatiently, type Link } from '../connection/patience.ts';
import { waitForJob } from './wait-for-job.ts';

const PAGE = 1000;
const UNFINISHED = JOB_STATES.filter((state) => !JOB_STATE_RULES[state].terminal);

/** Cancels every job that has not ended and waits for their ends; answers how many. */
export async function cancelAllJobs(link: Link): Promise<number> {
  const cancelled = new Set<number>();
  for (let jobs = await loadUnfinished(link); jobs.length > 0; jobs = await loadUnfinished(link)) {
    for (const { job_id } of jobs) await callPatiently(link, ({ client }) => client.jobCancel({ params: { job_id } }));
    for (const { job_id } of jobs) cancelled.add((await waitForJob(link, job_id)).job_id);
  }
  return cancelled.size;
}

async function loadUnfinished(link: Link): Promise<Job[]> {
  const pages = await Promise.all(
    UNFINISHED.map((state) => callPatiently(link, ({ client }) => client.jobList({ query: { state, limit: PAGE } }))),
  );
  return pages.flatMap((page) => page.jobs);
}
