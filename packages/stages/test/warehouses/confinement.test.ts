import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Json } from '@duckdb/node-api';
import { readableRoots } from '../../src/data-fetch/plan.ts';
import { openQueries } from '../../src/warehouses/catalogue.ts';
import { describeSqlError } from '../../src/warehouses/sql-error.ts';
import { makeContext, refusalOf } from '../support/context.ts';
import { duckdb } from '../support/duckdb.ts';
import { errorOf, makeHome, runStage, type Home } from '../support/run-stage.ts';
import { baseSpec } from '../support/specs.ts';

const SECRET = 'only the owner knows';

function prepare(at: Home): void {
  writeFileSync(join(at.home, 'credential'), SECRET);
  writeFileSync(join(dirname(at.data), 'outside.csv'), `id,text\n1,${SECRET}\n`);
  writeFileSync(join(at.data, 'inside.csv'), 'id,text\n1,fine\n');
  symlinkSync(join(dirname(at.data), 'outside.csv'), join(at.data, 'link.csv'));
  mkdirSync(join(at.home, 'datasets'));
}

async function openQuery(at: Home, sql: string): Promise<Json[][]> {
  const context = makeContext(at);
  const roots = readableRoots(context.config);
  const source = { field: 'sql', sql, roots };
  const warehousePath = join(at.home, 'warehouse/local.duckdb');
  using opened = await openQueries(context, { warehousePath, scratchDir: join(at.home, 'scratch'), roots, queries: [source] });
  return await opened.db.rows(sql).catch((error: unknown) => {
    throw describeSqlError(error, source);
  });
}

async function query(at: Home, sql: string) {
  return await runStage(at, 'warehouse_query', { warehouse: baseSpec().warehouse, sql, format: 'json', maxRows: 10 });
}

const OUTSIDE: readonly ((at: Home) => string)[] = [
  () => "SELECT * FROM read_text('/etc/passwd')",
  () => "SELECT * FROM '/etc/hosts.csv'",
  () => "SELECT * FROM read_blob('/proc/self/environ')",
  () => "SELECT * FROM glob('/etc/*')",
  () => "SELECT * FROM sniff_csv('/etc/passwd')",
  () => "SELECT * FROM parquet_metadata('/etc/passwd')",
  () => "SELECT * FROM read_json('/etc/passwd')",
  () => "SELECT * FROM 'https://example.org/x.parquet'",
  () => "SELECT * FROM read_csv('s3://bucket/x.csv')",
  (at) => `SELECT * FROM read_text('${at.home}/credential')`,
  (at) => `SELECT * FROM read_csv('${at.data}/../outside.csv')`,
  (at) => `SELECT * FROM read_csv('${at.data}/link.csv')`,
  (at) => `SELECT * FROM read_csv(['${at.data}/inside.csv', '${at.data}/link.csv'])`,
  () => "SELECT (SELECT content FROM read_text('/etc/passwd'))",
  () => "WITH a AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM a",
];

test.each(OUTSIDE.map((sql, index) => ({ sql, index })))('no query reads a file outside of the data roots ($index)', async ({ sql }) => {
  using at = makeHome();
  prepare(at);
  const error = await refusalOf(openQuery(at, sql(at)));
  expect(error).toMatchObject({ code: 'path_not_allowed', field: 'sql', fault: 'user' });
  expect(error.message).toContain(at.data);
  expect(error.message).not.toContain(SECRET);
});

const REFUSED: readonly ((at: Home) => string)[] = [
  (at) => `COPY (SELECT 1) TO '${at.data}/written.csv'`,
  (at) => `EXPORT DATABASE '${at.data}/written'`,
  (at) => `ATTACH '${at.data}/other.duckdb'`,
  () => 'INSTALL httpfs',
  () => 'LOAD httpfs',
  () => 'PRAGMA enable_profiling',
  () => 'PRAGMA threads = 1',
  () => 'SET enable_external_access = true',
  () => 'SET GLOBAL allowed_directories = []',
  () => 'RESET lock_configuration',
  () => 'CREATE TABLE t AS SELECT 1',
  () => 'CREATE MACRO m() AS 1',
  () => 'DROP SCHEMA main CASCADE',
  () => 'CALL pragma_version()',
  () => 'CHECKPOINT',
  () => 'EXPLAIN ANALYZE SELECT 1',
  () => 'PREPARE p AS SELECT 1',
  () => 'BEGIN',
  () => "SELECT * FROM query('SELECT 1')",
  (at) => `SELECT * FROM enable_logging('QueryLog', storage = 'file', storage_path = '${at.data}/written')`,
  () => 'SELECT * FROM force_checkpoint()',
  () => 'SELECT * FROM (SELECT 1 AS a, (SELECT count(*) FROM disable_logging()))',
  () => "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
  () => 'FROM arrow_scan(1::POINTER, 2::POINTER, 3::POINTER)',
  () => "SELECT write_log('x')",
  () => 'SELECT 1; SELECT 2',
];

test.each(REFUSED.map((sql, index) => ({ sql, index })))('nothing but a plain query is run ($index)', async ({ sql }) => {
  using at = makeHome();
  prepare(at);
  expect(await refusalOf(openQuery(at, sql(at)))).toMatchObject({ code: 'invalid_sql', fault: 'user' });
  expect(readdirSync(at.data).sort()).toEqual(['inside.csv', 'link.csv']);
  expect(existsSync(join(at.home, 'warehouse'))).toBe(false);
});

test('a program that may not read a file says so and ends with status 2', async () => {
  using at = makeHome();
  prepare(at);
  const end = await query(at, "SELECT * FROM read_text('/etc/passwd')");
  expect(end.code).toBe(2);
  expect(errorOf(end)).toMatchObject({ code: 'path_not_allowed', field: 'sql', value: '/etc/passwd' });
  expect(end.stdout).toBe('');
});

test('files of the data roots are read by name, by read_csv and by read_parquet', async () => {
  using at = makeHome();
  prepare(at);
  await duckdb(':memory:', `COPY (SELECT 2 AS id, 'parquet' AS text) TO '${at.data}/rows.parquet'`);
  const end = await query(
    at,
    `FROM '${at.data}/inside.csv' UNION ALL FROM read_csv('${at.data}/inside.csv') UNION ALL FROM read_parquet('${at.data}/*.parquet') ORDER BY id`,
  );
  expect(JSON.parse(end.stdout)).toEqual([
    { id: 1, text: 'fine' },
    { id: 1, text: 'fine' },
    { id: 2, text: 'parquet' },
  ]);
});

test('a relative file name starts at the first data root', async () => {
  using at = makeHome();
  prepare(at);
  expect(JSON.parse((await query(at, "FROM 'inside.csv'")).stdout)).toEqual([{ id: 1, text: 'fine' }]);
  expect(errorOf(await query(at, "FROM '../outside.csv'"))).toMatchObject({ code: 'path_not_allowed' });
});

test('a data root that is itself a link works', async () => {
  using at = makeHome();
  prepare(at);
  const linked = join(dirname(at.data), 'linked');
  symlinkSync(at.data, linked);
  at.env['WEIR_DATA_ROOTS'] = linked;
  expect(JSON.parse((await query(at, `FROM '${linked}/inside.csv'`)).stdout)).toEqual([{ id: 1, text: 'fine' }]);
});

test('a view of the warehouse cannot read more than the query may', async () => {
  using at = makeHome();
  prepare(at);
  mkdirSync(join(at.home, 'warehouse'));
  await duckdb(join(at.home, 'warehouse/local.duckdb'), "CREATE VIEW leak AS SELECT * FROM read_text('/etc/hostname')");
  expect(errorOf(await query(at, 'FROM leak'))).toMatchObject({ code: 'path_not_allowed' });
});
