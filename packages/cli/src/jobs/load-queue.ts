import { AppError, type Client, type Job, type JobWhy } from '@weir/contract/client';
import { loadJobs } from './load-jobs.ts';

/** The host names at most so many jobs that are ahead of one. */
const NAMED = 20;
/** Each job is asked about to put more than the first 20 in order: not in a queue that is longer than this. */
export const MOST_IN_ORDER = 1000;
const AT_ONCE = 8;

/** A waiting job and why it waits. */
export interface Waiting {
  readonly job: Job;
  readonly why: JobWhy;
}

/** The jobs that start first, in order, and how many wait in all. */
export interface Queue {
  readonly total: number;
  readonly jobs: readonly Waiting[];
}

/** Loads at most `limit` of the jobs that wait; of more than `MOST_IN_ORDER` at most 20. */
export async function loadQueue(client: Client, limit: number): Promise<Queue> {
  const { jobs, total } = await loadJobs(client, { filter: { state: 'pending' }, limit: MOST_IN_ORDER });
  const isLong = total > MOST_IN_ORDER;
  const candidates = isLong || (limit <= NAMED && total > NAMED) ? await findFirst(client, { jobs, isLong }) : jobs;
  const waiting: Waiting[] = [];
  for (let place = 0; place < candidates.length; place += AT_ONCE) {
    waiting.push(...(await Promise.all(candidates.slice(place, place + AT_ONCE).map((job) => explain(client, job)))));
  }
  const first = waiting
    .filter(({ why }) => why.kind !== 'not_pending')
    .sort((left, right) => left.why.jobs_ahead - right.why.jobs_ahead || left.job.job_id - right.job.job_id)
    .slice(0, limit);
  return { total, jobs: first };
}

/** The job that is probably the last one is asked who is ahead: one question instead of many. */
async function findFirst(client: Client, { jobs, isLong }: { jobs: readonly Job[]; isLong: boolean }): Promise<readonly Job[]> {
  const last = jobs.reduce((lowest, job) => (job.priority < lowest.priority ? job : lowest));
  const { jobs_ahead, ahead } = await client.jobWhy({ params: { job_id: last.job_id } });
  const instead = isLong ? jobs.slice(-NAMED) : jobs;
  // It is far from the last, or waits for something else than resources and stands behind nobody.
  if (jobs_ahead < NAMED) return instead;
  const known = new Map(jobs.map((job) => [job.job_id, job]));
  const first = await Promise.all(ahead.map(async (id) => known.get(id) ?? findJob(client, id)));
  const visible = first.filter((job) => job !== undefined);
  return visible.length === 0 ? instead : visible;
}

/** Undefined for a job of somebody else. */
async function findJob(client: Client, id: number): Promise<Job | undefined> {
  try {
    return await client.jobShow({ params: { job_id: id } });
  } catch (error) {
    if (error instanceof AppError && error.code === 'job_not_found') return undefined;
    throw error;
  }
}

async function explain(client: Client, job: Job): Promise<Waiting> {
  return { job, why: await client.jobWhy({ params: { job_id: job.job_id } }) };
}
