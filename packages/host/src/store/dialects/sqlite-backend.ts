import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, SqliteDialect } from 'kysely';
import type { Database } from '../schema.ts';
import { isSqliteFailure, openSqlite } from '../sqlite-database.ts';
import { refuseMoved } from '../transfer/moved-marker.ts';
import type { StoreBackend } from './backend.ts';

/** A SQLite file, made when there is none; throws `state_conflict` when what it held was moved elsewhere. */
export function openSqliteBackend(path: string): StoreBackend {
  refuseMoved(path);
  if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const open = (readOnly: boolean) => new Kysely<Database>({ dialect: new SqliteDialect({ database: openSqlite(path, { readOnly }) }) });
  const writer = open(false);
  return { kind: 'sqlite', writer, unhurried: (use) => use(writer), openReader: () => open(true), isFailure: isSqliteFailure, batch: 64 };
}
