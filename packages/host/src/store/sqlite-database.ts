import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** Prepared statements kept per connection; Kysely writes the same text for the same query. */
const MAX_STATEMENTS = 400;

/** Takes the write lock at once, so that a foreign lock fails the transaction and not one operation after the other. */
const BEGIN = 'begin immediate';
/** The event loop stands still while SQLite waits for a foreign lock. */
const LOCK_WAIT_MS = 2_000;

/** SQLite result codes that tell of the store, not of the statement: busy, locked, read-only, I/O, damaged, full, not to be opened, no database. */
const STORE_FAILURES = new Set([5, 6, 8, 10, 11, 13, 14, 26]);

/** True when the store itself failed: what was asked of it may be sound. */
export function isSqliteFailure(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && STORE_FAILURES.has(error.errcode & 0xff);
}

/** Opens a SQLite file in the shape that Kysely's SQLite dialect expects. */
export function openSqlite(path: string, options: { readOnly: boolean }): SqliteDatabase {
  // SQLite gives its journal files the mode of the database: what jobs and SQL texts hold is nobody else's.
  if (!options.readOnly) closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { readOnly: options.readOnly, timeout: LOCK_WAIT_MS, enableForeignKeyConstraints: true });
  if (!options.readOnly) database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  database.exec('PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;');
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => {
      statements.clear();
      database.close();
    },
    prepare: (text) => {
      const known = statements.get(text);
      if (known !== undefined) return known;
      if (statements.size >= MAX_STATEMENTS) statements.clear();
      const statement = adaptStatement(database.prepare(text === 'begin' ? BEGIN : text));
      statements.set(text, statement);
      return statement;
    },
  };
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(toSqlite)),
    run: (parameters) => statement.run(...parameters.map(toSqlite)),
    iterate: (parameters) => statement.iterate(...parameters.map(toSqlite)),
  };
}

function toSqlite(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`a ${typeof value} cannot be stored: convert it before the query`);
}
