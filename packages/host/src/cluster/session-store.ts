import { sql } from 'kysely';
import type { Queries } from '../store/store.ts';

/** Counts up the nodes that were heard from on a host, in one statement; nodes whose session is elsewhere by now are left alone. */
export async function beatNodes(db: Queries, hostId: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await db
    .updateTable('nodes')
    .set({ beat: sql<number>`beat + 1`, last_seen_at: Date.now() })
    .where('session_host', '=', hostId)
    .where('name', 'in', names)
    .execute();
}

/** The nodes whose session the store says to be on a host. */
export async function listNodesOfHost(db: Queries, hostId: string): Promise<string[]> {
  const rows = await db.selectFrom('nodes').select('name').where('session_host', '=', hostId).orderBy('name').execute();
  return rows.map(({ name }) => name);
}

/** The host that a node's session is on; null = none, undefined = no such node. */
export async function findSessionHost(db: Queries, node: string): Promise<string | null | undefined> {
  const row = await db.selectFrom('nodes').select('session_host').where('name', '=', node).executeTakeFirst();
  return row?.session_host;
}

/** Notes that a node's session on a host is over; false when it is on another one by now. */
export async function clearSessionHost(db: Queries, node: string, hostId: string): Promise<boolean> {
  const result = await db
    .updateTable('nodes')
    .set({ session_host: null })
    .where('name', '=', node)
    .where('session_host', '=', hostId)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
