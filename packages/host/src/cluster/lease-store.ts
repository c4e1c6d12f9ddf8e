import { sql, type Selectable } from 'kysely';
import type { Database } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

/** Who holds a lease, since which epoch, and how often it has said so. */
export type Lease = Selectable<Database['leases']>;

/** Of a lease that was given back. */
export const NOBODY = '';

/** Reads a lease; undefined when nobody ever held it. */
export async function findLease(db: Queries, name: string): Promise<Lease | undefined> {
  return db.selectFrom('leases').selectAll().where('name', '=', name).executeTakeFirst();
}

/** Takes a lease that nobody ever held; tells whether it is ours. */
export async function insertLease(db: Queries, name: string, holder: string): Promise<boolean> {
  const result = await db
    .insertInto('leases')
    .values({ name, holder, epoch: 1, beat: 1 })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Takes a lease from its holder when it is still as it was seen; tells whether it is ours, under the next epoch. */
export async function takeLease(db: Queries, seen: Lease, holder: string): Promise<boolean> {
  const result = await db
    .updateTable('leases')
    .set({ holder, epoch: seen.epoch + 1, beat: seen.beat + 1 })
    .where('name', '=', seen.name)
    .where('epoch', '=', seen.epoch)
    .where('beat', '=', seen.beat)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Says that the holder lives, or gives the lease back; tells whether it was still its holder. */
export async function keepLease(db: Queries, held: { name: string; holder: string; epoch: number; next: string }): Promise<boolean> {
  const result = await db
    .updateTable('leases')
    .set({ holder: held.next, beat: sql<number>`beat + 1` })
    .where('name', '=', held.name)
    .where('holder', '=', held.holder)
    .where('epoch', '=', held.epoch)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
