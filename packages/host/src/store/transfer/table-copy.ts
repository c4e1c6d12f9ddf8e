import { sql, type Kysely } from 'kysely';
import type { Database } from '../schema.ts';
import { RowChecksum, type StoredRow } from './row-checksum.ts';
import type { MovedTable } from './table-order.ts';

/** Rows of one page: below PostgreSQL's 65,535 parameters for every table. */
const PAGE = 500;

/** What one table came to. */
export interface MovedRows {
  readonly table: string;
  readonly rows: number;
  readonly checksum: string;
}

/** Copies a table; what was written, as the source has it. */
export async function copyTable(
  source: Kysely<Database>,
  target: Kysely<Database>,
  options: { table: MovedTable; onRows: (rows: number) => void },
): Promise<MovedRows> {
  const sum = new RowChecksum();
  for await (const page of readPages(source, options.table)) {
    const rows = page.map((row) => toTarget(options.table, row));
    for (const row of rows) sum.add(row);
    await insertRows(target, options.table, rows);
    options.onRows(rows.length);
  }
  return { table: options.table.name, rows: sum.rows, checksum: sum.text };
}

/** Sums up a table as it is. */
export async function sumTable(db: Kysely<Database>, table: MovedTable): Promise<MovedRows> {
  const sum = new RowChecksum();
  for await (const page of readPages(db, table)) for (const row of page) sum.add(row);
  return { table: table.name, rows: sum.rows, checksum: sum.text };
}

/** Lets the target count on from where the source is: an id is never used twice. */
export async function copyCounter(source: Kysely<Database>, target: Kysely<Database>, table: MovedTable): Promise<void> {
  if (table.counter === undefined) return;
  const { rows } = await sql<{ seq: number }>`select seq from sqlite_sequence where name = ${table.name}`.execute(source);
  const last = rows[0]?.seq ?? 0;
  if (last > 0) await sql`select setval(pg_get_serial_sequence(${table.name}, ${table.counter}), ${last})`.execute(target);
}

async function* readPages(db: Kysely<Database>, table: MovedTable): AsyncGenerator<StoredRow[]> {
  const { page = PAGE } = table;
  const keys = sql.join(table.key.map((name) => sql.ref(name)));
  let last: StoredRow | undefined;
  for (;;) {
    const from = last;
    const after = from === undefined ? sql`` : sql`where (${keys}) > (${sql.join(table.key.map((name) => from[name]))})`;
    const { rows } = await sql<StoredRow>`select * from ${sql.table(table.name)} ${after} order by ${keys} limit ${sql.lit(page)}`.execute(
      db,
    );
    if (rows.length > 0) yield rows;
    if (rows.length < page) return;
    last = rows.at(-1);
  }
}

async function insertRows(db: Kysely<Database>, table: MovedTable, rows: readonly StoredRow[]): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const names = Object.keys(first);
  const columns = sql.join(names.map((name) => sql.ref(name)));
  const values = sql.join(rows.map((row) => sql`(${sql.join(names.map((name) => row[name]))})`));
  await sql`insert into ${sql.table(table.name)} (${columns}) values ${values}`.execute(db);
}

/** No session is on any host when a store is moved; PostgreSQL's text has no NUL. */
function toTarget(table: MovedTable, row: StoredRow): StoredRow {
  const cells = Object.entries(row).map(
    ([name, value]) => [name, typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value] as const,
  );
  return { ...Object.fromEntries(cells), ...(table.name === 'nodes' ? { session_host: null } : {}) };
}
