import type { Client, JobList } from '@weir/contract/client';

/** The host gives at most so many at once. */
const PAGE = 1000;

/** Which jobs the host is asked for. */
export type JobFilter = Omit<NonNullable<NonNullable<Parameters<Client['jobList']>[0]>['query']>, 'limit' | 'before'>;

/** Which jobs, and how many of them. */
export interface JobSelection {
  readonly filter: JobFilter;
  /** ISO 8601; those submitted before it are left out. */
  readonly since?: string | undefined;
  readonly limit: number;
}

/** Loads jobs page by page, newest first; `next_before` is null when these are all. */
export async function loadJobs(client: Client, { filter, since, limit }: JobSelection): Promise<JobList> {
  const list: JobList = { jobs: [], next_before: null, total: 0 };
  do {
    const size = Math.min(PAGE, limit - list.jobs.length);
    const page = await client.jobList({
      query: { ...filter, limit: size, ...(list.next_before === null ? {} : { before: list.next_before }) },
    });
    const young = since === undefined ? page.jobs : page.jobs.filter((job) => Date.parse(job.submitted_at) >= Date.parse(since));
    list.jobs.push(...young);
    list.total = page.total;
    list.next_before = page.next_before;
    // Newest first: what follows an older one is older.
    if (young.length < page.jobs.length) return { jobs: list.jobs, next_before: null, total: list.jobs.length };
  } while (list.next_before !== null && list.jobs.length < limit);
  return list;
}
