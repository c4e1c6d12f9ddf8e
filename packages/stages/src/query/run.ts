import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { WarehouseQuerySpec } from '@weir/contract';
import type { DuckDBResult, DuckDBType, Json } from '@duckdb/node-api';
import { readableRoots } from '../data-fetch/plan.ts';
import type { StageContext } from '../process/stage-context.ts';
import { openQueries } from '../warehouses/catalogue.ts';
import { describeSqlError, type SqlSource } from '../warehouses/sql-error.ts';
import { formatTable } from './format-table.ts';
import { isNumberType, toCsvCell, toJsonValue } from './format-values.ts';

/** warehouse_query: runs one query that only reads and writes its rows to standard output as they come. */
export async function runWarehouseQuery(context: StageContext, spec: WarehouseQuerySpec): Promise<undefined> {
  const source: SqlSource = { field: 'sql', sql: spec.sql, roots: readableRoots(context.config) };
  const scratchDir = mkdtempSync(join(tmpdir(), 'weir-query-'));
  try {
    const warehousePath = resolve(context.config.home, spec.warehouse.path);
    using opened = await openQueries(context, { warehousePath, scratchDir, roots: source.roots, queries: [source] });
    await writeResult(await opened.db.stream(spec.sql), spec);
  } catch (error) {
    throw isOurs(error) ? error : describeSqlError(error, source);
  } finally {
    rmSync(scratchDir, { recursive: true, force: true });
  }
  return undefined;
}

/** Errors of writing the result are not about the SQL. */
function isOurs(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code !== undefined;
}

async function writeResult(result: DuckDBResult, spec: WarehouseQuerySpec): Promise<void> {
  const types = result.columnTypes();
  const names = result.deduplicatedColumnNames();
  if (spec.format === 'table') await writeTable(result, { names, types, maxRows: spec.maxRows });
  else if (spec.format === 'csv') await writeCsv(result, names, types);
  else await writeJson(result, names, types);
}

async function writeTable(result: DuckDBResult, shape: { names: string[]; types: DuckDBType[]; maxRows: number }): Promise<void> {
  const rows: Json[][] = [];
  for await (const batch of result.yieldRowsJson()) {
    rows.push(...batch.slice(0, shape.maxRows + 1 - rows.length));
    if (rows.length > shape.maxRows) break;
  }
  const isCut = rows.length > shape.maxRows;
  await write(formatTable({ names: shape.names, isNumber: shape.types.map(isNumberType), rows: rows.slice(0, shape.maxRows), isCut }));
}

async function writeCsv(result: DuckDBResult, names: string[], types: DuckDBType[]): Promise<void> {
  await write(`${names.map((name) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(',')}\n`);
  for await (const batch of result.yieldRowsJson()) {
    await write(batch.map((row) => `${eachCell(row, types, toCsvCell).join(',')}\n`).join(''));
  }
}

async function writeJson(result: DuckDBResult, names: string[], types: DuckDBType[]): Promise<void> {
  let separator = '[\n';
  for await (const batch of result.yieldRowsJson()) {
    const objects = batch.map((row) => {
      const values = eachCell(row, types, toJsonValue);
      return `{${names.map((name, column) => `${JSON.stringify(name)}:${JSON.stringify(values[column] ?? null)}`).join(',')}}`;
    });
    if (objects.length > 0) await write(separator + objects.join(',\n'));
    if (objects.length > 0) separator = ',\n';
  }
  await write(separator === '[\n' ? '[]\n' : '\n]\n');
}

function eachCell<T>(row: readonly Json[], types: readonly DuckDBType[], convert: (value: Json, type: DuckDBType) => T): T[] {
  return types.map((type, column) => convert(row[column] ?? null, type));
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
