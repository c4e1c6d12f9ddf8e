import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';

/** The id of a store: the same for all its hosts and wherever it is moved, another one for every other store. */
export async function readStoreId(db: Kysely<Database>): Promise<string> {
  const { id } = await db.selectFrom('store_identity').select('id').executeTakeFirstOrThrow();
  return id;
}
