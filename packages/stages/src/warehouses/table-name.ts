import { TABLE_NAME_PATTERN } from '@weir/contract';
import { StageError } from '../errors.ts';
import { WAREHOUSE_CATALOG } from './duckdb.ts';
import { quoteName } from './quoting.ts';

/** A table of a DuckDB warehouse; Hive's databases are its schemas. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** Schema of Weir's own records in a warehouse. */
export const RECORDS_SCHEMA = 'weir';
const RESERVED = new Set([RECORDS_SCHEMA, 'information_schema', 'pg_catalog', 'temp', 'system']);
const STAGING_MARK = '__weir_staging_';

/** Reads `table` or `database.table`. Throws StageError `invalid_input`. */
export function parseTableName(text: string): TableName {
  if (!new RegExp(TABLE_NAME_PATTERN).test(text)) {
    throw new StageError(
      'invalid_input',
      `The result table ${JSON.stringify(text)} must be table or database.table, each letters, digits and "_".`,
      { field: 'hive_table', value: text },
    );
  }
  const [first = '', second] = text.split('.');
  const name = second === undefined ? { schema: 'main', table: first } : { schema: first, table: second };
  if (RESERVED.has(name.schema.toLowerCase()) || name.table.includes(STAGING_MARK)) {
    throw new StageError('invalid_input', `The result table ${text} would lie in a reserved place. Choose another database or name.`, {
      field: 'hive_table',
      value: text,
    });
  }
  return name;
}

/** The name of the table that a workflow loads into before the swap. */
export function stagingName(name: TableName, workflowId: number): TableName {
  return { schema: name.schema, table: `${name.table}${STAGING_MARK}${workflowId}` };
}

/** True for a staging table of `name`, whichever workflow made it. */
export function isStagingOf(name: TableName, table: string): boolean {
  return new RegExp(`^${name.table}${STAGING_MARK}\\d+$`, 'i').test(table);
}

/** The full quoted name, which can mean nothing else than this table. */
export function qualify(name: TableName): string {
  return [WAREHOUSE_CATALOG, name.schema, name.table].map(quoteName).join('.');
}
