import { JOB_STATE_RULES, JOB_STATES, type JobState } from '@weir/contract';
import { sql, type UpdateObject } from 'kysely';
import type { Queries } from '../store/store.ts';
import type { Database, JobRow, NewJob } from '../store/schema.ts';

/** Which jobs a reader asks for. `before` is an id: pages go from new to old. */
export interface JobFilter {
  readonly state?: JobState | undefined;
  readonly user?: string | undefined;
  readonly name?: string | undefined;
  readonly workflowId?: number | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
}

export type JobChanges = UpdateObject<Database, 'jobs'>;

/** States in which a job holds an allocation. */
export const ALLOCATED_STATES = JOB_STATES.filter((state) => JOB_STATE_RULES[state].allocated);

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

/** The first jobs of the queue, in the order in which they deserve to start. */
export async function listPendingJobs(db: Queries, limit: number): Promise<Pick<JobRow, 'id' | 'cpus' | 'memory_bytes' | 'gpus'>[]> {
  return db
    .selectFrom('jobs')
    .select(['id', 'cpus', 'memory_bytes', 'gpus'])
    .where('state', '=', 'pending')
    .orderBy('priority', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Jobs that hold an allocation on a node. */
export async function listAllocatedJobs(db: Queries, node: string): Promise<JobRow[]> {
  return db.selectFrom('jobs').selectAll().where('node', '=', node).where('state', 'in', ALLOCATED_STATES).orderBy('id').execute();
}

/** Which job may change: in one of these states and, where given, still on that attempt and node, its end asked for or not. */
export interface JobGuard {
  readonly id: number;
  readonly attempt?: number;
  readonly node?: string;
  readonly notStoppedByUser?: true;
  readonly from: readonly JobState[];
}

/**
 * Changes a job that is still in one of the states `from`.
 * Returns the job as it is afterwards; undefined = it was not so any more and nothing changed.
 */
export async function transitionJob(db: Queries, guard: JobGuard, changes: JobChanges): Promise<JobRow | undefined> {
  let query = db.updateTable('jobs').set(changes).where('id', '=', guard.id).where('state', 'in', guard.from);
  if (guard.attempt !== undefined) query = query.where('attempt', '=', guard.attempt);
  if (guard.node !== undefined) query = query.where('node', '=', guard.node);
  if (guard.notStoppedByUser) query = query.where((where) => where.or([where('stop_by', 'is', null), where('stop_by', '!=', 'user')]));
  return query.returningAll().executeTakeFirst();
}

/** Gives a pending job to a node as its next attempt; undefined when it is not pending any more. */
export async function beginAttempt(
  db: Queries,
  id: number,
  place: { readonly node: string; readonly gpuIds: readonly number[] },
): Promise<JobRow | undefined> {
  const changes = {
    state: 'starting' as const,
    node: place.node,
    gpu_ids: JSON.stringify(place.gpuIds),
    attempt: sql<number>`attempt + 1`,
  };
  return transitionJob(db, { id, from: ['pending'] }, changes);
}

/** One attempt of a job on one node. */
export interface AttemptKey {
  readonly jobId: number;
  readonly attempt: number;
  readonly node: string;
}

/** Reads an attempt that holds an allocation on that node; undefined when it is superseded, over or another node's. */
export async function findAllocatedAttempt(db: Queries, key: AttemptKey): Promise<JobRow | undefined> {
  return db
    .selectFrom('jobs')
    .selectAll()
    .where('id', '=', key.jobId)
    .where('attempt', '=', key.attempt)
    .where('node', '=', key.node)
    .where('state', 'in', ALLOCATED_STATES)
    .executeTakeFirst();
}
