import { JOB_STATE_RULES, JOB_STATES, type JobState, type StopCause } from '@weir/contract';
import { sql, type UpdateObject } from 'kysely';
import type { Database, JobRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

export type JobChanges = UpdateObject<Database, 'jobs'>;

/** States in which a job holds an allocation. */
export const ALLOCATED_STATES = JOB_STATES.filter((state) => JOB_STATE_RULES[state].allocated);

/** Which job may change: in one of these states and, where given, still on that attempt and node, its end asked for or not. */
export interface JobGuard {
  readonly id: number;
  readonly attempt?: number;
  readonly node?: string;
  readonly notStoppedByUser?: true;
  readonly from: readonly JobState[];
}

/** One attempt of a job on one node. */
export interface AttemptKey {
  readonly jobId: number;
  readonly attempt: number;
  readonly node: string;
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

/**
 * Ends an attempt of a job that asked for one node, which began at `startedAt` unless that is known already; undefined when it is
 * superseded, over, or may be a gang.
 */
export async function endSingle(
  db: Queries,
  attempt: { jobId: number; attempt: number; startedAt: number | null },
  changes: JobChanges,
): Promise<JobRow | undefined> {
  return db
    .updateTable('jobs')
    .set({ ...changes, started_at: sql<number | null>`coalesce(started_at, ${attempt.startedAt})` })
    .where('id', '=', attempt.jobId)
    .where('attempt', '=', attempt.attempt)
    .where('state', 'in', ALLOCATED_STATES)
    .where('request', 'not like', '%"nodes"%')
    .returningAll()
    .executeTakeFirst();
}

/** Marks an attempt that nobody has told to stop yet; undefined when it was told or is over. */
export async function markStopping(db: Queries, attempt: { jobId: number; attempt: number }, by: StopCause): Promise<JobRow | undefined> {
  return db
    .updateTable('jobs')
    .set({ stop_by: by })
    .where('id', '=', attempt.jobId)
    .where('attempt', '=', attempt.attempt)
    .where('state', 'in', ALLOCATED_STATES)
    .where('stop_by', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

/** Where a pending job starts: the node of rank 0, its GPUs there, and the port at which the ranks meet. */
export interface FirstPlace {
  readonly node: string;
  readonly gpuIds: readonly number[];
  readonly masterPort: number;
}

/** Gives a pending job to its nodes as its next attempt; undefined when it is not pending any more. */
export async function beginAttempt(db: Queries, id: number, place: FirstPlace): Promise<JobRow | undefined> {
  const changes = {
    state: 'starting' as const,
    node: place.node,
    gpu_ids: JSON.stringify(place.gpuIds),
    master_port: place.masterPort,
    attempt: sql<number>`attempt + 1`,
  };
  return transitionJob(db, { id, from: ['pending'] }, changes);
}

/** Reads an attempt that is not over; undefined when it is superseded or over. */
export async function findAttempt(db: Queries, jobId: number, attempt: number): Promise<JobRow | undefined> {
  return db
    .selectFrom('jobs')
    .selectAll()
    .where('id', '=', jobId)
    .where('attempt', '=', attempt)
    .where('state', 'in', ALLOCATED_STATES)
    .executeTakeFirst();
}

/** As `findAttempt`, of a job whose first (or only) node is this one; undefined for another node's. */
export async function findAllocatedAttempt(db: Queries, key: AttemptKey): Promise<JobRow | undefined> {
  const job = await findAttempt(db, key.jobId, key.attempt);
  return job?.node === key.node ? job : undefined;
}

/** A job with an attempt that is not over, and whether its part on the node has begun to run as far as the store knows. */
export interface AttemptOnNode {
  readonly job: JobRow;
  readonly begun: boolean;
}

/** The attempts that hold something on a node, by job id. */
export async function listAttemptsOnNode(db: Queries, node: string): Promise<AttemptOnNode[]> {
  const rows = await db
    .selectFrom('resource_allocations as held')
    .innerJoin('jobs', (join) => join.onRef('jobs.id', '=', 'held.job_id').onRef('jobs.attempt', '=', 'held.attempt'))
    .selectAll('jobs')
    .select('held.started_at as member_started_at')
    .where('held.node_name', '=', node)
    .where('held.released', '=', 0)
    .where('jobs.state', 'in', ALLOCATED_STATES)
    .orderBy('jobs.id')
    .execute();
  return rows.map(({ member_started_at: startedAt, ...job }) => ({
    job,
    begun: startedAt !== null || (job.state !== 'starting' && !isGang(job)),
  }));
}

/** True when the job runs on several nodes at once. */
export function isGang(job: JobRow): boolean {
  return job.request.includes('"nodes"') && countNodes(job) > 1;
}

function countNodes(job: JobRow): number {
  const request: unknown = JSON.parse(job.request);
  return typeof request === 'object' && request !== null && 'nodes' in request && typeof request.nodes === 'number' ? request.nodes : 1;
}
