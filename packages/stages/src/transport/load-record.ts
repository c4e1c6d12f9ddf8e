import type { Duckdb } from '../warehouses/duckdb.ts';
import { quoteText } from '../warehouses/quoting.ts';
import { qualify, RECORDS_SCHEMA } from '../warehouses/table-name.ts';
import type { TransportPlan } from './plan.ts';

const LOADS = { schema: RECORDS_SCHEMA, table: 'loads' };

/** A load that was committed: written in the transaction of the swap, so that a workflow loads its rows once. */
export interface LoadRecord {
  readonly rows: number;
  readonly replaced: number | null;
  readonly loadedAt: string;
  /** The workflow that loaded the table after it, when there is one. */
  readonly supersededBy: number | null;
}

/** Makes the place for the records. */
export async function createLoadRecords(db: Duckdb): Promise<void> {
  await db.run(`CREATE SCHEMA IF NOT EXISTS ${RECORDS_SCHEMA}`);
  await db.run(
    `CREATE TABLE IF NOT EXISTS ${qualify(LOADS)} (workflow_id BIGINT, fingerprint VARCHAR, schema_name VARCHAR, table_name VARCHAR, ` +
      'row_count BIGINT, replaced_count BIGINT, loaded_at TIMESTAMP)',
  );
}

/** The record of this very load; undefined when it has not been committed. */
export async function findLoadRecord(db: Duckdb, plan: TransportPlan): Promise<LoadRecord | undefined> {
  const ofTable = `lower(schema_name) = lower(${quoteText(plan.table.schema)}) AND lower(table_name) = lower(${quoteText(plan.table.table)})`;
  const [row] = await db.rows(
    `SELECT row_count, replaced_count, strftime(loaded_at, '%Y-%m-%d %H:%M:%S'), ` +
      `(SELECT arg_max(l.workflow_id, l.loaded_at) FROM ${qualify(LOADS)} l WHERE ${ofTable} AND l.loaded_at > mine.loaded_at) ` +
      `FROM ${qualify(LOADS)} mine WHERE workflow_id = ${plan.workflowId} AND fingerprint = ${quoteText(plan.fingerprint)} AND ${ofTable} ` +
      'ORDER BY loaded_at DESC LIMIT 1',
  );
  if (row === undefined) return undefined;
  const [rows, replaced, loadedAt, supersededBy] = row;
  return {
    rows: Number(rows),
    replaced: asNumber(replaced),
    loadedAt: typeof loadedAt === 'string' ? loadedAt : '',
    supersededBy: asNumber(supersededBy),
  };
}

/** The statement that records the load; to be run in the transaction of the swap. */
export function insertLoadRecord(plan: TransportPlan, replaced: number | null): string {
  const values = [
    plan.workflowId,
    quoteText(plan.fingerprint),
    quoteText(plan.table.schema),
    quoteText(plan.table.table),
    plan.rows,
    replaced ?? 'NULL',
  ];
  return `INSERT INTO ${qualify(LOADS)} VALUES (${values.join(', ')}, now()::TIMESTAMP)`;
}

function asNumber(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}
