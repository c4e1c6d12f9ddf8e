import { sql, type Selectable } from 'kysely';
import type { Database } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

export type StoredHost = Selectable<Database['hosts']>;

export interface NewHost {
  readonly id: string;
  readonly url: string;
  readonly place: string;
  /** Milliseconds since the epoch; tells the lives of a host apart. */
  readonly startedAt: number;
}

/** Enters a host that has begun, or begins again. */
export async function upsertHost(db: Queries, host: NewHost): Promise<void> {
  const values = { url: host.url, place: host.place, started_at: host.startedAt };
  await db
    .insertInto('hosts')
    .values({ id: host.id, ...values, beat: 1 })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...values, beat: sql<number>`hosts.beat + 1` }))
    .execute();
}

/** Says that a host lives; gives when the life began that is entered under its id, undefined when nobody knows it. */
export async function beatHost(db: Queries, id: string): Promise<number | undefined> {
  const row = await db
    .updateTable('hosts')
    .set({ beat: sql<number>`beat + 1` })
    .where('id', '=', id)
    .returning('started_at')
    .executeTakeFirst();
  return row?.started_at;
}

export async function listHosts(db: Queries): Promise<StoredHost[]> {
  return db.selectFrom('hosts').selectAll().orderBy('id').execute();
}

export async function findHost(db: Queries, id: string): Promise<StoredHost | undefined> {
  return db.selectFrom('hosts').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Takes a host out, when a count is given only if it is still that. */
export async function deleteHost(db: Queries, id: string, beat?: number): Promise<boolean> {
  const query = db.deleteFrom('hosts').where('id', '=', id);
  const result = await (beat === undefined ? query : query.where('beat', '=', beat)).executeTakeFirst();
  return result.numDeletedRows > 0n;
}
