import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Kysely } from 'kysely';
import { AppError } from '@weir/contract';
import { lockHome } from '../../host-lock.ts';
import { openBackend } from '../dialects/open-backend.ts';
import type { StoreBackend } from '../dialects/backend.ts';
import { migrateToLatest } from '../migrate.ts';
import type { Database } from '../schema.ts';
import { markMoved } from './moved-marker.ts';
import { copyCounter, copyTable, sumTable, type MovedRows } from './table-copy.ts';
import { LEFT_TABLES, MOVED_TABLES, type MovedTable } from './table-order.ts';

export interface StoreMove {
  /** A SQLite file in the home of a host that does not run. */
  readonly from: string;
  /** `postgres://` URL of an empty database. */
  readonly to: string;
  /** Called with the table and how many rows of it are copied. */
  readonly onProgress: (table: string, rows: number) => void;
}

/**
 * Moves a grown SQLite store to an empty PostgreSQL database: every table in one transaction, counted and summed up on both sides before
 * it is committed; the old file is marked, so that no host starts on it. Nothing is changed when it throws: `state_conflict` when a host
 * runs on the file, the file was moved before or the target is not empty; `not_found` when there is no file; `store_unavailable`.
 */
export async function moveStore(move: StoreMove): Promise<MovedRows[]> {
  if (!existsSync(move.from)) throw new AppError('not_found', `there is no store ${move.from}`, { field: '--from', value: move.from });
  if (!/^postgres(ql)?:/.test(move.to))
    throw new AppError('invalid_input', 'the target must be a URL such as postgres://user@host:5432/weir', { field: '--to' });
  const unlock = lockHome(dirname(move.from));
  try {
    const [source, target] = [await openBackend(move.from), await openBackend(move.to)];
    try {
      const moved = await copyAll(source, target, move);
      markMoved(move.from, withoutPassword(move.to));
      return moved;
    } finally {
      await source.writer.destroy();
      await target.writer.destroy();
    }
  } finally {
    unlock();
  }
}

async function copyAll(source: StoreBackend, target: StoreBackend, move: StoreMove): Promise<MovedRows[]> {
  await target.unhurried(migrateToLatest);
  await source.unhurried(migrateToLatest);
  await refuseUnknownTables(source.writer);
  return target.writer.transaction().execute(async (transaction) => {
    await target.holdOffOthers?.(transaction);
    await refuseFilled(transaction, withoutPassword(move.to));
    const moved: MovedRows[] = [];
    for (const table of MOVED_TABLES) {
      let rows = 0;
      if (table.replaces === true) await transaction.deleteFrom(table.name).execute();
      const onRows = (more: number) => move.onProgress(table.name, (rows += more));
      moved.push(await copyTable(source.writer, transaction, { table, onRows }));
      await copyCounter(source.writer, transaction, table);
    }
    for (const [place, table] of MOVED_TABLES.entries()) await verify(transaction, table, moved[place]);
    return moved;
  });
}

async function verify(db: Kysely<Database>, table: MovedTable, copied: MovedRows | undefined): Promise<void> {
  const found = await sumTable(db, table);
  if (found.rows === copied?.rows && found.checksum === copied.checksum) return;
  throw new Error(`table ${table.name} arrived otherwise than it was: ${JSON.stringify({ copied, found })}`);
}

/** A table that nobody decided about must not be left behind silently. */
async function refuseUnknownTables(db: Kysely<Database>): Promise<void> {
  const known = new Set<string>([...MOVED_TABLES.map(({ name }) => name), ...LEFT_TABLES]);
  const tables = await db.introspection.getTables();
  const unknown = tables.map(({ name }) => name).filter((name) => !known.has(name) && !name.startsWith('sqlite_'));
  if (unknown.length > 0) throw new Error(`it is not known how to move ${unknown.join(', ')}`);
}

async function refuseFilled(db: Kysely<Database>, target: string): Promise<void> {
  const filling = MOVED_TABLES.filter(({ replaces }) => replaces !== true).map((table) => table.name);
  for (const name of [...filling, ...LEFT_TABLES]) {
    const row = await db
      .selectFrom(name)
      .select((select) => select.fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow();
    if (row.rows > 0)
      throw new AppError('state_conflict', `${target} is not empty: table ${name} has ${row.rows} rows; give an empty database`, {
        field: '--to',
        value: target,
      });
  }
}

function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}
