import type { Insertable, Selectable } from 'kysely';
import type { NodeUsage } from '@weir/contract';
import type { NodeUsageTable } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

export type UsageRow = Selectable<NodeUsageTable>;

/** One minute of a node, and the last sample of it. */
export interface UsageMinute {
  readonly row: Insertable<NodeUsageTable>;
  readonly last: NodeUsage;
}

/**
 * Stores minutes of nodes, and deletes those of the same nodes before `before`.
 * Of a minute that is there already (a session that moved) the later word counts.
 */
export async function insertUsage(db: Queries, minutes: readonly UsageMinute[], before: number): Promise<void> {
  for (const { row, last } of minutes) {
    await db.deleteFrom('node_usage').where('node', '=', row.node).where('minute', '<', before).execute();
    const { cpu_percent, memory_used_bytes, gpus } = row;
    await db
      .insertInto('node_usage')
      .values(row)
      .onConflict((conflict) => conflict.columns(['node', 'minute']).doUpdateSet({ cpu_percent, memory_used_bytes, gpus }))
      .execute();
    await db
      .updateTable('nodes')
      .set({ usage: JSON.stringify(last) })
      .where('name', '=', row.node)
      .execute();
  }
}

/** The minutes of these nodes since `since`, oldest first. */
export async function listUsage(db: Queries, nodes: readonly string[], since: number): Promise<UsageRow[]> {
  if (nodes.length === 0) return [];
  return db.selectFrom('node_usage').selectAll().where('node', 'in', nodes).where('minute', '>=', since).orderBy('minute').execute();
}

/** Deletes what is known of a node's past. */
export async function deleteUsageOfNode(db: Queries, node: string): Promise<void> {
  await db.deleteFrom('node_usage').where('node', '=', node).execute();
}
