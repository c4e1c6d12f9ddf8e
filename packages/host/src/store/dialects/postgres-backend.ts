import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Database } from '../schema.ts';
import type { StoreBackend } from './backend.ts';
import { isPostgresFailure } from './postgres-failure.ts';
import { openPostgresPool } from './postgres-pool.ts';

/** Of `pg_advisory_xact_lock`: the letters "weir". */
const WRITERS_LOCK = 0x77656972;
const WRITE_MS = 10_000;
const READ_MS = 30_000;
const UNHURRIED_MS = 3_600_000;
/** Short enough that another host schedules within seconds when this one is stopped in the middle of a transaction. */
const IDLE_TRANSACTION_MS = 3_000;
const READERS = 8;

/** A PostgreSQL database that several hosts may share. */
export function openPostgresBackend(url: string): StoreBackend {
  const open = (connections: number, statementMs: number) =>
    new Kysely<Database>({
      dialect: new PostgresDialect({ pool: openPostgresPool({ url, connections, statementMs, idleTransactionMs: IDLE_TRANSACTION_MS }) }),
    });
  return {
    kind: 'postgres',
    writer: open(1, WRITE_MS),
    unhurried: async (use) => {
      const db = open(1, UNHURRIED_MS);
      try {
        return await use(db);
      } finally {
        await db.destroy();
      }
    },
    openReader: () => open(READERS, READ_MS),
    holdOffOthers: async (db) => {
      await sql`select pg_advisory_xact_lock(${sql.lit(WRITERS_LOCK)})`.execute(db);
    },
    isFailure: isPostgresFailure,
    batch: 100,
  };
}
