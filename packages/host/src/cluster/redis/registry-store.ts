import type { NodeRow } from '../../store/schema.ts';
import type { Queries } from '../../store/store.ts';

export type RegistryNode = Pick<NodeRow, 'name' | 'cpus' | 'hostname' | 'state' | 'drained' | 'last_seen_at'>;

/** The nodes whose session is on a host, as the registry shows them. */
export async function listRegistryNodes(db: Queries, hostId: string): Promise<RegistryNode[]> {
  return db
    .selectFrom('nodes')
    .select(['name', 'cpus', 'hostname', 'state', 'drained', 'last_seen_at'])
    .where('session_host', '=', hostId)
    .execute();
}

/** CPUs that attempts hold now, on all nodes. */
export async function sumAllocatedCpus(db: Queries): Promise<number> {
  const row = await db
    .selectFrom('resource_allocations')
    .select((select) => select.fn.sum<number | string | null>('allocated_cpus').as('cpus'))
    .where('released', '=', 0)
    .executeTakeFirst();
  return Number(row?.cpus ?? 0);
}
