import type { JobMember } from '@weir/contract';
import { parseStored } from '../store/parse-json.ts';
import type { Queries } from '../store/store.ts';

/** What the current or last attempt of each of these jobs has or had on its nodes, by rank; a job that never started has no entry. */
export async function listCurrentMembers(db: Queries, jobIds: readonly number[]): Promise<Map<number, JobMember[]>> {
  const found = new Map<number, JobMember[]>();
  if (jobIds.length === 0) return found;
  const rows = await db
    .selectFrom('jobs')
    .innerJoin('resource_allocations as held', (join) =>
      join.onRef('held.job_id', '=', 'jobs.id').onRef('held.attempt', '=', 'jobs.attempt'),
    )
    .where('jobs.id', 'in', jobIds)
    .selectAll('held')
    .orderBy('held.rank')
    .execute();
  for (const row of rows) {
    const member = {
      rank: row.rank,
      node: row.node_name,
      cpus: row.allocated_cpus,
      cpu_ids: parseStored<number[]>(row.cpu_ids),
      numa: row.numa,
      memory_bytes: row.memory_bytes,
      gpu_ids: parseStored<number[]>(row.gpu_ids),
      released: row.released === 1,
    };
    const members = found.get(row.job_id);
    if (members === undefined) found.set(row.job_id, [member]);
    else members.push(member);
  }
  return found;
}
