import type { DuckDBPreparedStatement } from '@duckdb/node-api';
import { StatementType } from '@duckdb/node-api';
import { StageError } from '../errors.ts';
import { parseColumn, type Column } from '../features/column.ts';
import type { Duckdb } from './duckdb.ts';
import { quoteText } from './quoting.ts';
import { describeSqlError, type SqlSource } from './sql-error.ts';

/**
 * Functions that a query may call in its FROM clause but that act on the database instead of reading: settings, logging, raw pointers,
 * and those that run further SQL hidden in a text.
 */
const REFUSED_FUNCTIONS = new Set([
  'arrow_scan',
  'arrow_scan_dumb',
  'checkpoint',
  'disable_logging',
  'disable_peg_parser',
  'disable_profiling',
  'enable_logging',
  'enable_peg_parser',
  'enable_profiling',
  'force_checkpoint',
  'json_execute_serialized_sql',
  'query',
  'read_duckdb',
  'seq_scan',
  'sleep_ms',
  'truncate_duckdb_logs',
  'write_log',
]);

/**
 * Checks that `source.sql` is exactly one query that only reads, and returns its columns. DuckDB's own parser decides, nothing is run.
 * Throws StageError `invalid_sql` or `path_not_allowed`.
 */
export async function checkQuery(db: Duckdb, source: SqlSource): Promise<Column[]> {
  if (source.sql.replace(/--[^\n]*|;|\s/g, '') === '') throw refuse(source, 'is empty. Write one query');
  try {
    const statements = await db.connection.extractStatements(source.sql);
    if (statements.count !== 1) throw refuse(source, `holds ${statements.count} statements. Give exactly one query`);
    // Preparing some statements acts already (EXPORT makes its directory), so the syntax tree is looked at first.
    await checkTree(db, source);
    return readStatement(await statements.prepare(0), source);
  } catch (error) {
    throw describeSqlError(error, source);
  }
}

async function checkTree(db: Duckdb, source: SqlSource): Promise<void> {
  const [row] = await db.texts(`SELECT json_serialize_sql(${quoteText(source.sql)})`);
  const tree: unknown = JSON.parse(row?.[0] ?? '{}');
  if (!isRecord(tree) || tree['error'] !== false)
    throw refuse(source, 'is not a query. Only one SELECT, WITH, VALUES, FROM or TABLE is run');
  for (const name of functionNames(tree)) {
    if (REFUSED_FUNCTIONS.has(name.toLowerCase())) throw refuse(source, `calls ${name}(), which does more than read`);
  }
}

function* functionNames(node: unknown): Generator<string> {
  if (Array.isArray(node)) for (const item of node) yield* functionNames(item);
  if (!isRecord(node)) return;
  if (typeof node['function_name'] === 'string') yield node['function_name'];
  for (const value of Object.values(node)) yield* functionNames(value);
}

function readStatement(statement: DuckDBPreparedStatement, source: SqlSource): Column[] {
  try {
    if (statement.statementType !== StatementType.SELECT) throw refuse(source, 'is not a query');
    if (statement.parameterCount > 0)
      throw refuse(source, `has ${statement.parameterCount} open parameters. Write the values into the query`);
    return readColumns(statement, source);
  } finally {
    statement.destroySync();
  }
}

function readColumns(statement: DuckDBPreparedStatement, source: SqlSource): Column[] {
  const columns = Array.from({ length: statement.columnCount }, (_, index) =>
    parseColumn(statement.columnName(index), statement.columnType(index)),
  );
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    const twin = seen.get(name.toLowerCase());
    if (twin !== undefined)
      throw refuse(source, `gives two columns the name ${JSON.stringify(twin)} (capitals do not count). Rename one with AS`);
    seen.set(name.toLowerCase(), name);
  }
  return columns;
}

function refuse(source: SqlSource, what: string): StageError {
  return new StageError('invalid_sql', `${source.field} ${what}.`, { field: source.field, value: source.sql });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
