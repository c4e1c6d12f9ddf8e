import type { ExecutorReport, Gpu, Inventory, Labels, NodeState, NumaNode } from '@weir/contract';
import { parseStored } from '../store/parse-json.ts';
import type { Queries } from '../store/store.ts';
import type { NodeRow } from '../store/schema.ts';

/** A node with its GPUs parsed. */
export interface StoredNode extends Omit<NodeRow, 'gpus' | 'local' | 'labels' | 'numa' | 'executors' | 'drained'> {
  readonly gpus: readonly Gpu[];
  readonly local: boolean;
  readonly labels: Labels;
  readonly numa: readonly NumaNode[];
  readonly executors: readonly ExecutorReport[];
  readonly drained: boolean;
}

/** Stores what a runner found; the node is online. */
export async function upsertNode(db: Queries, name: string, node: { inventory: Inventory; local: boolean }): Promise<void> {
  const { inventory } = node;
  const values = {
    state: 'online' as const,
    local: node.local ? 1 : 0,
    cpus: inventory.cpus,
    memory_bytes: inventory.memoryBytes,
    gpus: JSON.stringify(inventory.gpus),
    hostname: inventory.hostname,
    os: inventory.os,
    boot_id: inventory.bootId,
    runner_version: inventory.runnerVersion,
    last_seen_at: Date.now(),
    address: inventory.address,
    numa: JSON.stringify(inventory.numa),
    executors: JSON.stringify(inventory.executors),
  };
  await db
    .insertInto('nodes')
    .values({ name, ...values })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
    .execute();
}

/** Changes a node's state when it is still `from`; tells whether it did. */
export async function changeNodeState(
  db: Queries,
  name: string,
  change: { from: NodeState; to: NodeState; lastSeenAt?: number },
): Promise<boolean> {
  const seen = change.lastSeenAt === undefined ? {} : { last_seen_at: change.lastSeenAt };
  const result = await db
    .updateTable('nodes')
    .set({ state: change.to, ...seen })
    .where('name', '=', name)
    .where('state', '=', change.from)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Every node, by name. */
export async function listNodes(db: Queries): Promise<StoredNode[]> {
  const rows = await db.selectFrom('nodes').selectAll().orderBy('name').execute();
  return rows.map((row) => ({
    ...row,
    local: row.local === 1,
    drained: row.drained === 1,
    gpus: parseStored<Gpu[]>(row.gpus),
    labels: parseStored<Labels>(row.labels),
    numa: parseStored<NumaNode[]>(row.numa),
    executors: parseStored<ExecutorReport[]>(row.executors),
  }));
}
