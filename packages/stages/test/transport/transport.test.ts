import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InferResult, TransportSpec } from '@weir/contract';
import { expect, test } from 'vitest';
import { duckdb, readWarehouse } from '../support/duckdb.ts';
import { errorOf, makeHome, resultOf, runStage, startStage, waitFor, type Home } from '../support/run-stage.ts';
import { baseSpec } from '../support/specs.ts';

const warehouse = (at: Home): string => join(at.home, 'warehouse/local.duckdb');

/** Predictions as infer leaves them, in two parts. */
async function writeParts(at: Home, rows: number, value = 0.5): Promise<InferResult> {
  const outputDir = join(at.home, 'datasets', baseSpec().datasetId, 'inference_output');
  mkdirSync(outputDir, { recursive: true });
  const half = Math.floor(rows / 2);
  const part = (from: number, to: number, file: string): string =>
    `COPY (SELECT i AS id, 'u' || i AS "na""me <b>", ${value}::DOUBLE AS prediction_0 FROM range(${from}, ${to}) t(i)) TO '${outputDir}/${file}' (FORMAT parquet)`;
  await duckdb(':memory:', part(0, half, 'part_00000.parquet'), part(half, rows, 'part_00001.parquet'));
  const parts = [
    { file: 'part_00000.parquet', rows: half },
    { file: 'part_00001.parquet', rows: rows - half },
  ];
  return { outputDir, rows, bytes: 1000, parts, columns: ['id', 'na"me <b>', 'prediction_0'], labels: ['label'], seconds: value };
}

function spec(infer: InferResult, choices: Partial<TransportSpec> = {}): TransportSpec {
  return { ...baseSpec(), infer, table: 'ads.result', hdfsPath: '', ...choices };
}

test('rows are loaded in their order into a new table of a new database', async () => {
  using at = makeHome();
  const end = await runStage(at, 'transport', spec(await writeParts(at, 5000)));
  expect(resultOf(end)).toMatchObject({ table: 'ads.result', rowsLoaded: 5000, rowsReplaced: null });
  const rows = await readWarehouse(
    warehouse(at),
    'SELECT count(*), bool_and(id = n) FROM (SELECT id, row_number() OVER () - 1 AS n FROM ads.result)',
  );
  expect(rows).toEqual([['5000', true]]);
  expect(existsSync(`${warehouse(at)}.wal`)).toBe(false);
});

test('predictions that are not in this home are named, with what makes them anew', async () => {
  using at = makeHome();
  const infer = await writeParts(at, 10);
  rmSync(infer.outputDir, { recursive: true });
  const end = await runStage(at, 'transport', spec(infer));
  expect(errorOf(end)).toMatchObject({
    code: 'files_missing',
    message: expect.stringContaining(`${infer.outputDir} is not there`) as string,
  });
  expect(errorOf(end)?.message).toContain(`weir workflow retry ${baseSpec().workflowId} --stage data_fetch`);
});

test('a table without a database lands in main and replaces the one that was there', async () => {
  using at = makeHome();
  await runStage(at, 'transport', spec(await writeParts(at, 10, 0.1), { table: 'result' }));
  const end = await runStage(at, 'transport', spec(await writeParts(at, 20, 0.9), { table: 'result', workflowId: 8 }));
  expect(resultOf(end)).toMatchObject({ rowsLoaded: 20, rowsReplaced: 10 });
  expect(await readWarehouse(warehouse(at), 'SELECT count(*), max(prediction_0) FROM main.result')).toEqual([['20', 0.9]]);
});

test('a database may be called like the warehouse file', async () => {
  using at = makeHome();
  await runStage(at, 'transport', spec(await writeParts(at, 4), { table: 'local.result' }));
  const end = await runStage(at, 'warehouse_query', {
    warehouse: baseSpec().warehouse,
    sql: 'SELECT count(*) AS n FROM local.result',
    format: 'json',
    maxRows: 1,
  });
  expect(JSON.parse(end.stdout)).toEqual([{ n: 4 }]);
});

test('a stage that runs again does not load twice', async () => {
  using at = makeHome();
  const infer = await writeParts(at, 100);
  const first = resultOf(await runStage(at, 'transport', spec(infer)));
  await duckdb(warehouse(at), 'UPDATE ads.result SET prediction_0 = 0.25 WHERE id = 0');
  const end = await runStage(at, 'transport', spec(infer));
  expect(resultOf(end)).toMatchObject({ rowsLoaded: first['rowsLoaded'], rowsReplaced: null });
  expect(end.stdout).toContain('not loaded twice');
  expect(await readWarehouse(warehouse(at), 'SELECT prediction_0 FROM ads.result WHERE id = 0')).toEqual([[0.25]]);
});

test('a stage that runs again after another workflow has loaded the table leaves it to that one', async () => {
  using at = makeHome();
  const mine = await writeParts(at, 10, 0.1);
  await runStage(at, 'transport', spec(mine));
  await runStage(at, 'transport', spec(await writeParts(at, 30, 0.3), { workflowId: 9 }));
  const end = await runStage(at, 'transport', spec(mine));
  expect(resultOf(end)).toMatchObject({ rowsLoaded: 10 });
  expect(end.stdout).toContain('workflow 9');
  expect(await readWarehouse(warehouse(at), 'SELECT count(*) FROM ads.result')).toEqual([['30']]);
});

test('a table that somebody dropped is loaded again', async () => {
  using at = makeHome();
  const infer = await writeParts(at, 10);
  await runStage(at, 'transport', spec(infer));
  await duckdb(warehouse(at), 'DROP TABLE ads.result');
  expect(resultOf(await runStage(at, 'transport', spec(infer)))).toMatchObject({ rowsLoaded: 10, rowsReplaced: null });
});

test('parts that hold fewer rows than infer wrote leave the old table as it was and fail the stage', async () => {
  using at = makeHome();
  await runStage(at, 'transport', spec(await writeParts(at, 10, 0.1)));
  const end = await runStage(at, 'transport', spec({ ...(await writeParts(at, 20, 0.2)), rows: 21 }, { workflowId: 8 }));
  expect(end.code).toBe(1);
  expect(errorOf(end)).toMatchObject({ code: 'load_count_differs' });
  expect(await readWarehouse(warehouse(at), 'SELECT count(*), max(prediction_0) FROM ads.result')).toEqual([['10', 0.1]]);
  expect(await tables(at)).toEqual(['ads.result', 'weir.loads']);
});

test('a part that cannot be read leaves the old table as it was and fails the stage', async () => {
  using at = makeHome();
  await runStage(at, 'transport', spec(await writeParts(at, 10, 0.1)));
  const infer = await writeParts(at, 20, 0.2);
  writeFileSync(join(infer.outputDir, 'part_00001.parquet'), 'torn');
  const end = await runStage(at, 'transport', spec(infer, { workflowId: 8 }));
  expect(end.code).toBe(1);
  expect(errorOf(end)?.message).toContain('ads.result failed, the table is as it was');
  expect(await readWarehouse(warehouse(at), 'SELECT count(*) FROM ads.result')).toEqual([['10']]);
  expect(await tables(at)).toEqual(['ads.result', 'weir.loads']);
});

test('a disk without space leaves the old table as it was, and the load succeeds when there is space', async () => {
  using at = makeHome();
  await runStage(at, 'transport', spec(await writeParts(at, 10, 0.1)));
  const infer = await writeParts(at, 300_000, 0.2);
  at.env['TEST_FILE_LIMIT_KB'] = '1024';
  const end = await runStage(at, 'transport', spec(infer, { workflowId: 8 }));
  expect(errorOf(end)).toMatchObject({ code: 'disk_full' });
  expect(end.code).toBe(1);
  expect(await readWarehouse(warehouse(at), 'SELECT count(*) FROM ads.result')).toEqual([['10']]);
  delete at.env['TEST_FILE_LIMIT_KB'];
  expect(resultOf(await runStage(at, 'transport', spec(infer, { workflowId: 8 })))).toMatchObject({
    rowsLoaded: 300_000,
    rowsReplaced: 10,
  });
  expect(await tables(at)).toEqual(['ads.result', 'weir.loads']);
});

test('a staging table of a killed load is dropped, other tables stay', async () => {
  using at = makeHome();
  mkdirSync(join(at.home, 'warehouse'));
  await duckdb(
    warehouse(at),
    'CREATE SCHEMA ads',
    'CREATE TABLE ads.result__weir_staging_5 AS SELECT 1 AS a',
    'CREATE TABLE ads.other__weir_staging_5 AS SELECT 1 AS a',
    'CREATE TABLE ads.mine AS SELECT 1 AS a',
  );
  resultOf(await runStage(at, 'transport', spec(await writeParts(at, 10))));
  expect(await tables(at)).toEqual(['ads.mine', 'ads.other__weir_staging_5', 'ads.result', 'weir.loads']);
});

test.each(['weir.loads', 'information_schema.tables', 'a.b.c', 'x y', 'x"; DROP TABLE y; --', 'result__weir_staging_1'])(
  'the table name %s is refused',
  async (table) => {
    using at = makeHome();
    const end = await runStage(at, 'transport', spec(await writeParts(at, 4), { table }));
    expect(errorOf(end)).toMatchObject({ code: 'invalid_input', field: 'hive_table', value: table });
    expect(end.code).toBe(2);
    expect(existsSync(warehouse(at))).toBe(false);
  },
);

test('a view is not replaced by a table', async () => {
  using at = makeHome();
  mkdirSync(join(at.home, 'warehouse'));
  await duckdb(warehouse(at), 'CREATE SCHEMA ads', 'CREATE VIEW ads.result AS SELECT 1 AS a');
  const end = await runStage(at, 'transport', spec(await writeParts(at, 4)));
  expect(errorOf(end)).toMatchObject({ code: 'invalid_input', field: 'hive_table' });
  expect(await readWarehouse(warehouse(at), 'FROM ads.result')).toEqual([[1]]);
});

test('a load killed at any moment leaves the old table or the new one, and the next run finishes it', async () => {
  using at = makeHome();
  await runStage(at, 'transport', spec(await writeParts(at, 1000, 0.1)));
  const infer = await writeParts(at, 2_000_000, 0.2);
  for (const delayMs of [0, 40, 120, 250]) {
    const run = startStage(at, 'transport', spec(infer, { workflowId: 8 }));
    await waitFor(() => existsSync(`${warehouse(at)}.wal`) || run.child.exitCode !== null, 'the load to begin');
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    run.child.kill('SIGKILL');
    await run.done;
    const [row] = await readWarehouse(warehouse(at), 'SELECT count(*), min(prediction_0), max(prediction_0) FROM ads.result');
    expect([
      ['1000', 0.1, 0.1],
      ['2000000', 0.2, 0.2],
    ]).toContainEqual(row);
  }
  expect(resultOf(await runStage(at, 'transport', spec(infer, { workflowId: 8 })))).toMatchObject({ rowsLoaded: 2_000_000 });
  expect(await tables(at)).toEqual(['ads.result', 'weir.loads']);
}, 120_000);

async function tables(at: Home): Promise<unknown[]> {
  const rows = await readWarehouse(
    warehouse(at),
    "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_catalog = 'warehouse' ORDER BY 1",
  );
  return rows.flat();
}
