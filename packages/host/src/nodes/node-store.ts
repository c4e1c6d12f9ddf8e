import { sql, type UpdateObject } from 'kysely';
import type { ExecutorReport, Gpu, Inventory, Labels, NodeState, NodeUsage, NumaNode } from '@weir/contract';
import { parseStored } from '../store/parse-json.ts';
import type { Database, NodeRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

/** A node with its JSON parsed. */
export interface StoredNode extends Omit<NodeRow, 'gpus' | 'local' | 'labels' | 'numa' | 'executors' | 'drained' | 'usage'> {
  readonly gpus: readonly Gpu[];
  readonly local: boolean;
  readonly labels: Labels;
  readonly numa: readonly NumaNode[];
  readonly executors: readonly ExecutorReport[];
  readonly drained: boolean;
  readonly usage: NodeUsage | null;
}

/** What a runner said of its node at the start of a session. */
export interface NodeAtHello {
  readonly inventory: Inventory;
  readonly local: boolean;
  /** How other nodes reach it. */
  readonly address: string;
  /** Id of the host that the session is on. */
  readonly sessionHost: string;
  /** Only of a node that is not known yet: later ones are set by admins. */
  readonly labels: Labels;
}

/** Stores what a runner found; the node is online and its session on that host. Labels and drain of a known node stay. */
export async function upsertNode(db: Queries, name: string, node: NodeAtHello): Promise<void> {
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
    address: node.address,
    numa: JSON.stringify(inventory.numa),
    executors: JSON.stringify(inventory.executors),
    session_host: node.sessionHost,
  };
  await db
    .insertInto('nodes')
    .values({ name, ...values, labels: JSON.stringify(node.labels), beat: 1 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ ...values, beat: sql<number>`nodes.beat + 1` }))
    .execute();
}

/** Changes a node's state when it is still `from`; tells whether it did. */
export async function changeNodeState(db: Queries, name: string, change: { from: NodeState; to: NodeState }): Promise<boolean> {
  const result = await db
    .updateTable('nodes')
    .set({ state: change.to })
    .where('name', '=', name)
    .where('state', '=', change.from)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Changes what admins say of a node; tells whether there is one of that name. */
export async function updateNode(
  db: Queries,
  name: string,
  changes: { labels?: Labels; drained?: boolean; drainReason?: string | null },
): Promise<boolean> {
  const values: UpdateObject<Database, 'nodes'> = {
    ...(changes.labels === undefined ? {} : { labels: JSON.stringify(changes.labels) }),
    ...(changes.drained === undefined ? {} : { drained: changes.drained ? 1 : 0 }),
    ...(changes.drainReason === undefined ? {} : { drain_reason: changes.drainReason }),
  };
  const result = await db.updateTable('nodes').set(values).where('name', '=', name).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Deletes a node; tells whether there was one. */
export async function deleteNode(db: Queries, name: string): Promise<boolean> {
  const result = await db.deleteFrom('nodes').where('name', '=', name).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Every node, by name. */
export async function listNodes(db: Queries): Promise<StoredNode[]> {
  return (await db.selectFrom('nodes').selectAll().orderBy('name').execute()).map(parseNode);
}

/** The names of all nodes. */
export async function listNodeNames(db: Queries): Promise<string[]> {
  return (await db.selectFrom('nodes').select('name').orderBy('name').execute()).map((row) => row.name);
}

/** Those of these nodes that take jobs now: connected, online and not drained. */
export async function findReadyNodes(db: Queries, names: readonly string[]): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const rows = await db
    .selectFrom('nodes')
    .select('name')
    .where('name', 'in', names)
    .where('state', '=', 'online')
    .where('session_host', 'is not', null)
    .where('drained', '=', 0)
    .execute();
  return new Set(rows.map(({ name }) => name));
}

/** Finds a node by name. */
export async function findNode(db: Queries, name: string): Promise<StoredNode | undefined> {
  const row = await db.selectFrom('nodes').selectAll().where('name', '=', name).executeTakeFirst();
  return row && parseNode(row);
}

function parseNode(row: NodeRow): StoredNode {
  return {
    ...row,
    local: row.local === 1,
    drained: row.drained === 1,
    gpus: parseStored<Gpu[]>(row.gpus),
    labels: parseStored<Labels>(row.labels),
    numa: parseStored<NumaNode[]>(row.numa),
    executors: parseStored<ExecutorReport[]>(row.executors),
    usage: row.usage === null ? null : parseStored<NodeUsage>(row.usage),
  };
}
