import type { JobMember, Outcome } from '@weir/contract';
import { sql, type Insertable, type Selectable } from 'kysely';
import { parseStored } from '../store/parse-json.ts';
import type { ResourceAllocationTable } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

type AllocationRow = Selectable<ResourceAllocationTable>;

/** What one attempt holds, or held, on one node. */
export interface Allocation {
  readonly jobId: number;
  readonly attempt: number;
  readonly rank: number;
  readonly node: string;
  readonly cpus: number;
  /** Empty = not bound. */
  readonly cpuIds: readonly number[];
  readonly numa: number | null;
  readonly memoryBytes: number;
  readonly gpuIds: readonly number[];
  /** Milliseconds since the epoch. */
  readonly allocatedAt: number;
  readonly releasedAt: number | null;
  readonly startedAt: number | null;
  readonly outcome: Outcome | null;
}

/** A statement has a limited number of parameters. */
const ROWS_A_STATEMENT = 500;

/** What a new member of an attempt holds. */
export type NewMember = Omit<JobMember, 'released' | 'exit_code' | 'exit_signal' | 'reason'>;

/** Books resources for attempts; a second booking of the same attempt on a node fails on the unique constraint. */
export async function insertAllocations(
  db: Queries,
  attempts: readonly { readonly jobId: number; readonly attempt: number; readonly members: readonly NewMember[] }[],
): Promise<void> {
  const now = Date.now();
  const rows = attempts.flatMap(({ jobId, attempt, members }) => members.map((member) => toRow({ jobId, attempt }, member, now)));
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT)
    await db
      .insertInto('resource_allocations')
      .values(rows.slice(from, from + ROWS_A_STATEMENT))
      .execute();
}

function toRow(
  { jobId, attempt }: { jobId: number; attempt: number },
  member: NewMember,
  now: number,
): Insertable<ResourceAllocationTable> {
  return {
    job_id: jobId,
    attempt,
    rank: member.rank,
    node_name: member.node,
    allocated_cpus: member.cpus,
    cpu_ids: JSON.stringify(member.cpu_ids),
    numa: member.numa,
    memory_bytes: member.memory_bytes,
    gpu_ids: JSON.stringify(member.gpu_ids),
    released: 0,
    allocated_at: now,
    released_at: null,
  };
}

/** Gives back what an attempt holds on one node and notes how that part ended; undefined when nothing of it was held there. */
export async function releaseMember(
  db: Queries,
  key: { jobId: number; attempt: number; node: string },
  end: { outcome: Outcome; now: number },
): Promise<Allocation | undefined> {
  const row = await db
    .updateTable('resource_allocations')
    .set({ released: 1, released_at: end.now, outcome: JSON.stringify(end.outcome) })
    .where('job_id', '=', key.jobId)
    .where('attempt', '=', key.attempt)
    .where('node_name', '=', key.node)
    .where('released', '=', 0)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? undefined : toAllocation(row);
}

/** Notes that one node's part of an attempt runs; tells whether the node has such a part that is not over. */
export async function markMemberStarted(db: Queries, key: { jobId: number; attempt: number; node: string }): Promise<boolean> {
  const result = await sql`
    update resource_allocations set started_at = coalesce(started_at, ${Date.now()})
    where job_id = ${key.jobId} and attempt = ${key.attempt} and node_name = ${key.node} and released = 0`.execute(db);
  return (result.numAffectedRows ?? 0n) > 0n;
}

/** The members of an attempt, by rank. */
export async function listMembers(db: Queries, jobId: number, attempt: number): Promise<Allocation[]> {
  const rows = await db
    .selectFrom('resource_allocations')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('attempt', '=', attempt)
    .orderBy('rank')
    .execute();
  return rows.map(toAllocation);
}

/** The members of the current or last attempt of each of these jobs, by rank; a job that never started has no entry. */
export async function listCurrentMembers(db: Queries, jobIds: readonly number[]): Promise<Map<number, Allocation[]>> {
  if (jobIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('jobs')
    .innerJoin('resource_allocations as held', (join) =>
      join.onRef('held.job_id', '=', 'jobs.id').onRef('held.attempt', '=', 'jobs.attempt'),
    )
    .where('jobs.id', 'in', jobIds)
    .selectAll('held')
    .orderBy('held.rank')
    .execute();
  return Map.groupBy(rows.map(toAllocation), ({ jobId }) => jobId);
}

/** The node of one rank of an attempt; undefined when there was no such attempt. */
export async function findNodeOfRank(
  db: Queries,
  part: { readonly jobId: number; readonly attempt: number; readonly rank: number },
): Promise<string | undefined> {
  const row = await db
    .selectFrom('resource_allocations')
    .select('node_name')
    .where('job_id', '=', part.jobId)
    .where('attempt', '=', part.attempt)
    .where('rank', '=', part.rank)
    .executeTakeFirst();
  return row?.node_name;
}

/** All that is held now; of these jobs only, where given. */
export async function listHeldAllocations(db: Queries, jobIds?: readonly number[]): Promise<Allocation[]> {
  let query = db.selectFrom('resource_allocations').selectAll().where('released', '=', 0);
  if (jobIds !== undefined) query = query.where('job_id', 'in', jobIds);
  return (await query.execute()).map(toAllocation);
}

/** An allocation as the API and events tell it. */
export function toMember(allocation: Allocation): NewMember {
  return {
    rank: allocation.rank,
    node: allocation.node,
    cpus: allocation.cpus,
    cpu_ids: [...allocation.cpuIds],
    numa: allocation.numa,
    memory_bytes: allocation.memoryBytes,
    gpu_ids: [...allocation.gpuIds],
  };
}

function toAllocation(row: AllocationRow): Allocation {
  return {
    jobId: row.job_id,
    attempt: row.attempt,
    rank: row.rank,
    node: row.node_name,
    cpus: row.allocated_cpus,
    cpuIds: parseStored<number[]>(row.cpu_ids),
    numa: row.numa,
    memoryBytes: row.memory_bytes,
    gpuIds: parseStored<number[]>(row.gpu_ids),
    allocatedAt: row.allocated_at,
    releasedAt: row.released_at,
    startedAt: row.started_at,
    outcome: row.outcome === null ? null : parseStored<Outcome>(row.outcome),
  };
}
