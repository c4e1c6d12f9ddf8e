import type { Queries } from '../store/store.ts';
import { parseStored } from '../store/parse-json.ts';

export interface Allocation {
  readonly jobId: number;
  readonly attempt: number;
  readonly node: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpuIds: readonly number[];
}

/** Books resources for one attempt; a second booking of the same attempt fails on the unique constraint. */
export async function insertAllocation(db: Queries, allocation: Allocation): Promise<void> {
  await db
    .insertInto('resource_allocations')
    .values({
      job_id: allocation.jobId,
      attempt: allocation.attempt,
      rank: 0,
      node_name: allocation.node,
      cpu_ids: '[]',
      allocated_cpus: allocation.cpus,
      memory_bytes: allocation.memoryBytes,
      gpu_ids: JSON.stringify(allocation.gpuIds),
      released: 0,
      allocated_at: Date.now(),
      released_at: null,
    })
    .execute();
}

/** Gives an attempt's resources back; does nothing when they are back already. */
export async function releaseAllocation(db: Queries, jobId: number, attempt: number): Promise<void> {
  await db
    .updateTable('resource_allocations')
    .set({ released: 1, released_at: Date.now() })
    .where('job_id', '=', jobId)
    .where('attempt', '=', attempt)
    .where('released', '=', 0)
    .execute();
}

/** The node that an attempt was given to; undefined when there was no such attempt. */
export async function findNodeOfAttempt(db: Queries, jobId: number, attempt: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('resource_allocations')
    .select('node_name')
    .where('job_id', '=', jobId)
    .where('attempt', '=', attempt)
    .executeTakeFirst();
  return row?.node_name;
}

/** All that is held now. */
export async function listHeldAllocations(db: Queries): Promise<Allocation[]> {
  const rows = await db.selectFrom('resource_allocations').selectAll().where('released', '=', 0).execute();
  return rows.map((row) => ({
    jobId: row.job_id,
    attempt: row.attempt,
    node: row.node_name,
    cpus: row.allocated_cpus,
    memoryBytes: row.memory_bytes,
    gpuIds: parseStored<number[]>(row.gpu_ids),
  }));
}
