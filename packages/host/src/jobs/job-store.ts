import type { JobState } from '@weir/contract';
import type { Queries } from '../store/store.ts';
import type { JobRow, NewJob } from '../store/schema.ts';

/** Which jobs a reader asks for. `before` is an id: pages go from new to old. */
export interface JobFilter {
  readonly state?: JobState | undefined;
  readonly user?: string | undefined;
  readonly name?: string | undefined;
  readonly workflowId?: number | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Stores a new job and returns it with its id. */
export async function insertJob(db: Queries, job: NewJob): Promise<JobRow> {
  return db.insertInto('jobs').values(job).returningAll().executeTakeFirstOrThrow();
}

/** Reads a job. */
export async function findJob(db: Queries, id: number): Promise<JobRow | undefined> {
  return db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Reads a page of jobs, newest first, and how many there are in all. */
export async function listJobs(db: Queries, filter: JobFilter): Promise<{ rows: JobRow[]; total: number }> {
  let query = db.selectFrom('jobs');
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (filter.user !== undefined) query = query.where('user', '=', filter.user);
  if (filter.name !== undefined) query = query.where('name', '=', filter.name);
  if (filter.workflowId !== undefined) query = query.where('workflow_id', '=', filter.workflowId);
  const { total } = await query.select((select) => select.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const page = filter.before === undefined ? query : query.where('id', '<', filter.before);
  const rows = await page.selectAll().orderBy('id', 'desc').limit(filter.limit).execute();
  return { rows, total };
}
