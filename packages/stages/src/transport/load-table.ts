import { StageError } from '../errors.ts';
import type { StageContext } from '../process/stage-context.ts';
import type { Duckdb } from '../warehouses/duckdb.ts';
import { quoteName, quoteText } from '../warehouses/quoting.ts';
import { isStagingOf, qualify, type TableName } from '../warehouses/table-name.ts';
import { insertLoadRecord } from './load-record.ts';
import type { TransportPlan } from './plan.ts';

const POLL_MS = 500;

/** Rows of a table; null when there is none. Throws StageError `invalid_input` when a view has its name. */
export async function countTable(db: Duckdb, name: TableName): Promise<number | null> {
  const [row] = await db.rows(
    'SELECT table_type FROM information_schema.tables WHERE table_catalog = current_database() ' +
      `AND lower(table_schema) = lower(${quoteText(name.schema)}) AND lower(table_name) = lower(${quoteText(name.table)})`,
  );
  if (row === undefined) return null;
  if (row[0] !== 'BASE TABLE') {
    const message = `${name.schema}.${name.table} is a view of the warehouse; results are loaded into tables. Drop the view or choose another table.`;
    throw new StageError('invalid_input', message, { field: 'hive_table', value: `${name.schema}.${name.table}` });
  }
  const [count = 0] = await db.numbers(`SELECT count(*) FROM ${qualify(name)}`);
  return count;
}

/** Drops the staging tables that killed loads of this table left behind. */
export async function dropLeftovers(context: StageContext, db: Duckdb, name: TableName): Promise<void> {
  const tables = await db.texts(`SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = current_database()`);
  for (const [schema = '', table = ''] of tables) {
    if (schema.toLowerCase() !== name.schema.toLowerCase() || !isStagingOf(name, table)) continue;
    context.events.log(`Dropping ${table}, left by a load that did not end`, 'WARNING');
    await db.run(`DROP TABLE ${qualify({ schema, table })}`);
  }
}

/** Loads the parts into the staging table and counts them. Throws StageError `load_count_differs`. */
export async function fillStaging(context: StageContext, db: Duckdb, load: { plan: TransportPlan; from: string }): Promise<void> {
  const { plan, from } = load;
  await db.run(`CREATE SCHEMA IF NOT EXISTS ${quoteName(plan.table.schema)}`);
  const poll = setInterval(() => {
    const { percentage } = db.connection.progress;
    context.events.progress(Math.max(0, Math.floor((percentage / 100) * plan.rows)), plan.rows, 'Loading rows');
  }, POLL_MS);
  try {
    await db.run(`CREATE TABLE ${qualify(plan.staging)} AS SELECT * FROM ${from}`);
  } finally {
    clearInterval(poll);
  }
  const [count = 0] = await db.numbers(`SELECT count(*) FROM ${qualify(plan.staging)}`);
  if (count !== plan.rows) {
    throw new StageError('load_count_differs', `${count} rows were staged where infer wrote ${plan.rows}; the table was left as it was.`, {
      fault: 'system',
      value: count,
    });
  }
  context.events.progress(count, plan.rows, 'Loading rows');
}

/** Puts the staged table in the place of the old one and records it: all of it or nothing. */
export async function swapTables(db: Duckdb, plan: TransportPlan, replaced: number | null): Promise<void> {
  await db.run('BEGIN TRANSACTION');
  try {
    await db.run(`DROP TABLE IF EXISTS ${qualify(plan.table)}`);
    await db.run(`ALTER TABLE ${qualify(plan.staging)} RENAME TO ${quoteName(plan.table.table)}`);
    await db.run(insertLoadRecord(plan, replaced));
    await db.run('COMMIT');
  } catch (error) {
    await db.run('ROLLBACK').catch(() => undefined); // a failed COMMIT has rolled back already
    throw error;
  }
}
