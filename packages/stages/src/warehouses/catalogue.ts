import { existsSync } from 'node:fs';
import { StageError } from '../errors.ts';
import type { Column } from '../features/column.ts';
import type { StageContext } from '../process/stage-context.ts';
import { openDuckdb, type Duckdb } from './duckdb.ts';
import { checkQuery } from './query-check.ts';
import type { SqlSource } from './sql-error.ts';

export interface QueryCatalogue {
  readonly warehousePath: string;
  readonly scratchDir: string;
  readonly roots: readonly string[];
  readonly queries: readonly SqlSource[];
}

export interface OpenedQueries extends Disposable {
  readonly db: Duckdb;
  /** Columns of each query, in the order of `queries`. */
  readonly columns: readonly (readonly Column[])[];
}

/**
 * Opens a DuckDB in which all of `queries` are known to be good. The warehouse file is opened, for reading, only when a query needs one of
 * its tables: work on plain files then neither waits for a load nor delays one. Throws what `checkQuery` throws.
 */
export async function openQueries(context: StageContext, catalogue: QueryCatalogue): Promise<OpenedQueries> {
  const { warehousePath, scratchDir, roots, queries } = catalogue;
  const inMemory = await openDuckdb(context, { directories: roots, scratchDir });
  const first = await tryQueries(inMemory, queries);
  if (!(first instanceof StageError)) return first;
  if (!isAboutMissingTable(first)) throw first;
  if (!existsSync(warehousePath)) throw withoutWarehouse(first);
  const db = await openDuckdb(context, { directories: roots, scratchDir, warehouse: { path: warehousePath, mode: 'read' } });
  const second = await tryQueries(db, queries);
  if (second instanceof StageError) throw second;
  return second;
}

async function tryQueries(db: Duckdb, queries: readonly SqlSource[]): Promise<OpenedQueries | StageError> {
  try {
    const columns: Column[][] = [];
    for (const query of queries) columns.push(await checkQuery(db, query));
    return { db, columns, [Symbol.dispose]: () => db.close() };
  } catch (error) {
    db.close();
    if (error instanceof StageError) return error;
    throw error;
  }
}

function isAboutMissingTable(error: StageError): boolean {
  return error.cause instanceof Error && /^(Failed to extract statements: )?(Catalog|Binder) Error/.test(error.cause.message);
}

function withoutWarehouse(error: StageError): StageError {
  const isTable = error.cause instanceof Error && /Table with name/.test(error.cause.message);
  if (!isTable) return error;
  const message = `${error.message}\nThe warehouse has no tables yet: the first workflow that is completed creates it.`;
  return new StageError(error.code, message, { field: error.field, value: error.value, cause: error.cause });
}
