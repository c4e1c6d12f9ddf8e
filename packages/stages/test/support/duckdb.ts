import { DuckDBInstance, type Json } from '@duckdb/node-api';

/** Runs statements on a DuckDB file (or in memory) and returns the rows of the last one. */
export async function duckdb(path: string, ...statements: string[]): Promise<Json[][]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  try {
    let rows: Json[][] = [];
    for (const statement of statements) rows = await (await connection.run(statement)).getRowsJson();
    return rows;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Reads rows of a warehouse file without writing to it. */
export async function readWarehouse(path: string, query: string): Promise<Json[][]> {
  return await duckdb(':memory:', `ATTACH '${path}' AS warehouse (READ_ONLY)`, 'USE warehouse', query);
}
