import { sql, type Kysely } from 'kysely';
import { AppError } from '@weir/contract';
import { DEFAULT_MIGRATION_TABLE, Migrator } from 'kysely/migration';
import * as firstSchema from './migrations/0001-first-schema.ts';
import * as fleet from './migrations/0002-fleet.ts';
import type { Database } from './schema.ts';

/** Forward only, in order; a migration that has landed is never edited. */
const MIGRATIONS = { '0001-first-schema': firstSchema, '0002-fleet': fleet };

/** Brings the schema up to date; throws when a migration fails or the store is of a later version than this program. */
export async function migrateToLatest(db: Kysely<Database>): Promise<void> {
  await refuseLaterVersion(db);
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new Error('the store could not be brought to the current schema', { cause: error });
}

async function refuseLaterVersion(db: Kysely<Database>): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return;
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  const unknown = rows.map(({ name }) => name).filter((name) => !Object.hasOwn(MIGRATIONS, name));
  if (unknown.length === 0) return;
  throw new AppError(
    'store_unavailable',
    `the store is of a later version of Weir (it has ${unknown.join(', ')}): start that version, or restore a backup`,
  );
}
