import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataFetchSpec, JsonObject } from '@weir/contract';
import { DataFetchResult } from '@weir/contract';
import { expect, test } from 'vitest';
import { fetchRaw, type RawData } from '../../src/data-fetch/fetch-raw.ts';
import { planDataFetch } from '../../src/data-fetch/plan.ts';
import { parseAs } from '../../src/process/read-spec.ts';
import { makeContext } from '../support/context.ts';
import { duckdb } from '../support/duckdb.ts';
import { enginePython, engineReason, errorOf, makeHome, resultOf, runStage, startStage, waitFor, type Home } from '../support/run-stage.ts';
import { dataFetchSpec, inferSql, sampleSql } from '../support/specs.ts';

const dataset = (at: Home): string => join(at.home, 'datasets', dataFetchSpec().datasetId);

async function fetch(at: Home, spec: DataFetchSpec): Promise<RawData> {
  const context = makeContext(at);
  return await fetchRaw(context, planDataFetch(context.config, spec));
}

const read = (at: Home, set: string): string => `read_parquet('${dataset(at)}/raw/${set}/*.parquet')`;

test('all columns are exported in the order of the query, in row groups of equal size', async () => {
  using at = makeHome();
  const sql = 'SELECT i AS id, hash(i) % 9 AS a_tag, i % 2 AS label FROM range(500000) t(i) ORDER BY hash(i)';
  const raw = await fetch(at, dataFetchSpec({ sampleSql: sql, inferSql: sql }));
  expect(raw.infer).toMatchObject({ rows: 500_000, parts: ['part_00000.parquet'] });
  const parts = raw.infer.parts.map((file) => `'${dataset(at)}/raw/infer/${file}'`).join(', ');
  const [row] = await duckdb(
    ':memory:',
    `SELECT count(*), count(DISTINCT e.id), count(*) FILTER (WHERE e.id <> o.id) FROM read_parquet([${parts}]) e POSITIONAL JOIN (${sql}) o`,
  );
  expect(row).toEqual(['500000', '500000', '0']);
  const groups = await duckdb(':memory:', `SELECT DISTINCT row_group_num_rows FROM parquet_metadata([${parts}]) WHERE row_group_id < 4`);
  expect(groups).toEqual([['100352']]);
});

test('files of the data roots and tables of the warehouse are joined', async () => {
  using at = makeHome();
  mkdirSync(join(at.home, 'warehouse'));
  await duckdb(
    join(at.home, 'warehouse/local.duckdb'),
    'CREATE SCHEMA ads',
    'CREATE TABLE ads.users AS SELECT i AS id, i % 5 AS age_tag FROM range(100) t(i)',
  );
  writeFileSync(join(at.data, 'clicks.csv'), `id,label\n${Array.from({ length: 100 }, (_, id) => `${id},${id % 2}`).join('\n')}\n`);
  const sql = `SELECT * FROM '${at.data}/clicks.csv' JOIN ads.users USING (id) -- all of them\n;`;
  const raw = await fetch(at, dataFetchSpec({ sampleSql: sql, inferSql: sql }));
  expect(raw.sample).toMatchObject({ rows: 100, schema: { id: 'BIGINT', label: 'BIGINT', age_tag: 'BIGINT' } });
});

test('types that Parquet does not keep are written as types that it keeps', async () => {
  using at = makeHome();
  const sql = `SELECT sum(i) AS total, uuid() AS u, 'x'::ENUM('x') AS e, INTERVAL 1 DAY AS v, [1, 2]::INTEGER[2] AS fixed, {'a': 1} AS s, '{"a":1}'::JSON AS j,
    1.5::DECIMAL(10,2) AS d, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS tz, 3::UTINYINT AS small, true AS yes, 1 AS a_tag, 0 AS label FROM range(3) t(i)
    UNION ALL SELECT 9, uuid(), 'x', INTERVAL 2 DAY, [3, 4], {'a': 2}, '{}', 2.5, now(), 4::UTINYINT, false, 2, 1`;
  const { schema } = (await fetch(at, dataFetchSpec({ sampleSql: sql, inferSql: sql }))).infer;
  expect(schema).toMatchObject({
    total: 'BIGINT',
    u: 'VARCHAR',
    e: 'VARCHAR',
    v: 'VARCHAR',
    fixed: 'INTEGER[]',
    j: 'VARCHAR',
    d: 'DECIMAL(10,2)',
    small: 'UTINYINT',
    yes: 'BOOLEAN',
  });
  const written = await duckdb(':memory:', `SELECT column_name, column_type FROM (DESCRIBE FROM ${read(at, 'infer')})`);
  expect(Object.fromEntries(written)).toEqual({ ...schema, s: 'STRUCT(a INTEGER)' });
});

test('texts that are numbers are cast in both sets, widths of integers become the wider one', async () => {
  using at = makeHome();
  const sample =
    "SELECT (i / 4)::VARCHAR AS a_cnt, i::SMALLINT AS b_tag, CASE WHEN i % 2 = 0 THEN '0' ELSE '1' END AS label FROM range(50) t(i)";
  const score = "SELECT 'id' || i AS id, (i / 2)::VARCHAR AS a_cnt, i::BIGINT AS b_tag FROM range(20) t(i)";
  const raw = await fetch(at, dataFetchSpec({ sampleSql: sample, inferSql: score }));
  expect(raw.sample.schema).toEqual({ a_cnt: 'DOUBLE', b_tag: 'BIGINT', label: 'DOUBLE' });
  expect(raw.infer.schema).toEqual({ id: 'VARCHAR', a_cnt: 'DOUBLE', b_tag: 'BIGINT' });
  const rows = await duckdb(':memory:', `SELECT a_cnt, b_tag FROM ${read(at, 'train')} LIMIT 3`);
  expect(rows).toEqual([
    [0, '0'],
    [0.25, '1'],
    [0.5, '2'],
  ]);
});

test('a text to score that is no number is named', async () => {
  using at = makeHome();
  const sample = "SELECT '1.5' AS a_cnt, i % 2 AS label FROM range(50) t(i)";
  const end = await runStage(at, 'data_fetch', dataFetchSpec({ sampleSql: sample, inferSql: "SELECT 'many' AS a_cnt" }));
  expect(errorOf(end)).toMatchObject({ code: 'invalid_sql', field: 'infer_sql' });
  expect(errorOf(end)?.message).toContain('many');
  expect(existsSync(dataset(at))).toBe(false);
});

test('a feature that is null in every row to score is pointed out', async () => {
  using at = makeHome();
  const context = makeContext(at);
  const sample = 'SELECT i % 5 AS a_tag, i % 2 AS label FROM range(50) t(i)';
  await fetchRaw(context, planDataFetch(context.config, dataFetchSpec({ sampleSql: sample, inferSql: 'SELECT NULL::BIGINT AS a_tag' })));
  expect(context.told()).toContainEqual(
    expect.objectContaining({ type: 'log', level: 'WARNING', message: expect.stringMatching(/^Feature column a_tag is null/) }),
  );
});

test('a finished export is not repeated, a changed query is exported anew', async () => {
  using at = makeHome();
  const random = (rows: number): string => `SELECT *, random() AS r FROM (${sampleSql(rows)})`;
  await fetch(at, dataFetchSpec({ sampleSql: random(300), inferSql: inferSql(50) }));
  const before = await duckdb(':memory:', `SELECT sum(r) FROM ${read(at, 'train')}`);
  await fetch(at, dataFetchSpec({ sampleSql: random(300), inferSql: inferSql(50) }));
  expect(await duckdb(':memory:', `SELECT sum(r) FROM ${read(at, 'train')}`)).toEqual(before);
  const other = await fetch(at, dataFetchSpec({ sampleSql: random(301), inferSql: inferSql(50) }));
  expect(other.sample.rows).toBe(301);
});

test('an export with a part that was cut off is made anew', async () => {
  using at = makeHome();
  await fetch(at, dataFetchSpec());
  writeFileSync(join(dataset(at), 'raw/infer/part_00000.parquet'), 'torn');
  await fetch(at, dataFetchSpec());
  expect(await duckdb(':memory:', `SELECT count(*) FROM ${read(at, 'infer')}`)).toEqual([['1000']]);
});

test('a fetch killed while it exports goes on with what is finished', async () => {
  using at = makeHome();
  const slow = `SELECT i AS id, i % 9 AS a_tag, sqrt(i) AS b_cnt, i % 2 AS label, md5(md5(md5(i::VARCHAR))) AS pad FROM range(3000000) t(i)`;
  const spec = dataFetchSpec({ sampleSql: slow, inferSql: slow });
  const run = startStage(at, 'data_fetch', spec);
  await waitFor(() => existsSync(join(dataset(at), 'raw/infer.building')), 'the second export');
  run.child.kill('SIGKILL');
  await run.done;
  const exported = statSync(join(dataset(at), 'raw/train/manifest.json')).mtimeMs;
  const raw = await fetch(at, spec);
  expect(raw).toMatchObject({ sample: { rows: 3_000_000 }, infer: { rows: 3_000_000 } });
  expect(statSync(join(dataset(at), 'raw/train/manifest.json')).mtimeMs).toBe(exported);
  expect(readdirSync(join(dataset(at), 'raw')).sort()).toEqual(['infer', 'train']);
}, 120_000);

test('a fetch that is asked to stop ends with status 143 at once', async () => {
  using at = makeHome();
  const endless = 'SELECT i % 2 AS label, md5(i::VARCHAR) AS a_tag FROM range(500000000) t(i)';
  const run = startStage(at, 'data_fetch', dataFetchSpec({ sampleSql: endless, inferSql: endless }));
  await waitFor(() => existsSync(join(dataset(at), 'raw/train.building')), 'the export');
  run.child.kill('SIGTERM');
  const end = await run.done;
  expect(end.code).toBe(143);
  expect(errorOf(end)).toBeUndefined();
});

test('a disk without space is told as such and leaves nothing half written', async () => {
  using at = makeHome();
  at.env['TEST_FILE_LIMIT_KB'] = '256';
  const sql = 'SELECT i % 2 AS label, md5(i::VARCHAR) AS a_tag FROM range(200000) t(i)';
  const end = await runStage(at, 'data_fetch', dataFetchSpec({ sampleSql: sql, inferSql: sql }));
  expect(errorOf(end)).toMatchObject({ code: 'disk_full' });
  expect(end.code).toBe(1);
  expect(existsSync(join(dataset(at), 'raw')) ? readdirSync(join(dataset(at), 'raw')) : []).toEqual([]);
});

test.skipIf(enginePython === undefined)(
  `the dataset is built, split and described${engineReason}`,
  async () => {
    using at = makeHome();
    const spec = dataFetchSpec({ dataset: { split_type: 'sequential', valid_size: 0.2, test_size: 0.1 } });
    const end = await runStage(at, 'data_fetch', spec);
    const result = parseAs(DataFetchResult, resultOf(end), { name: 'the result', code: 'test' });
    expect(result).toMatchObject({
      datasetDir: dataset(at),
      processedDir: join(dataset(at), 'processed', spec.datasetId),
      rows: { sample: 3000, infer: 1000, train: 2100, valid: 600, test: 300 },
    });
    expect(result.labels.map(({ name }) => name)).toEqual(['label_apply', 'label_credit']);
    expect(result.features.find(({ name }) => name === 'city_tag')).toMatchObject({ type: 'categorical', distinct: 10, vocabSize: 12 });
    expect(end.events.filter((event) => event.type === 'checkpoint').at(-1)).toMatchObject({ data: { dataset_processed: true } });
    expect(readdirSync(result.processedDir)).toEqual(
      expect.arrayContaining(['feature_map.json', 'train.parquet', 'valid.parquet', 'test.parquet']),
    );
    const again = await runStage(at, 'data_fetch', spec);
    expect(resultOf(again)).toEqual(resultOf(end));
    expect(again.stdout).toContain('already built');
  },
  180_000,
);

test.skipIf(enginePython === undefined)(
  `a configuration that the engine refuses leaves nothing behind${engineReason}`,
  async () => {
    using at = makeHome();
    const column: JsonObject = { name: 'city_tag', type: 'categorical', dtype: 'str', preprocess: 'evil()' };
    const end = await runStage(at, 'data_fetch', dataFetchSpec({ dataset: { feature_cols: [column] } }));
    expect(errorOf(end)).toMatchObject({ code: 'config_refused', value: 'evil()' });
    expect(end.code).toBe(2);
    expect(existsSync(dataset(at))).toBe(false);
  },
  60_000,
);

test.skipIf(enginePython === undefined)(
  `Python files in a data root are never run${engineReason}`,
  async () => {
    using at = makeHome();
    const ran = join(at.home, 'ran');
    for (const name of ['weir_fuxictr.py', 'json.py', 'numpy.py']) writeFileSync(join(at.data, name), `open(${JSON.stringify(ran)}, 'w')`);
    resultOf(await runStage(at, 'data_fetch', dataFetchSpec()));
    expect(existsSync(ran)).toBe(false);
  },
  120_000,
);
