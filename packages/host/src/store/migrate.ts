import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import * as firstSchema from './migrations/0001-first-schema.ts';
import type { Database } from './schema.ts';

/** Forward only, in order; a migration that has landed is never edited. */
const MIGRATIONS = { '0001-first-schema': firstSchema };

/** Brings the schema up to date; throws when a migration fails or the store is of a later version than this program. */
export async function migrateToLatest(db: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new Error('the store could not be brought to the current schema', { cause: error });
}
