import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataFetchResult, InferResult, TrainResult, TransportResult, type JsonObject, type StageEvent } from '@weir/contract';
import { processIsAlive, readProcessIdentity } from '@weir/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAs } from '../src/process/read-spec.ts';
import { readWarehouse } from './support/duckdb.ts';
import {
  enginePython,
  engineReason,
  errorOf,
  makeHome,
  readEvents,
  resultOf,
  runStage,
  startStage,
  waitFor,
  type StageRun,
} from './support/run-stage.ts';
import { baseSpec, dataFetchSpec, inferSql, PARAMS, sampleSql } from './support/specs.ts';

/** Columns that no model reads but that must come through unchanged, under names that invite accidents. */
const EXTRAS = `i AS "we""ird; DROP TABLE x", 'z' AS "größe <b>点击</b>", {'a': i, 'b': ['x']} AS nested, MAP {'k': i} AS pairs, i::UTINYINT AS tiny,
  (i / 3)::DECIMAL(18,4) AS amount, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS at_tz, TIMESTAMP_NS '2026-01-01 00:00:00.123456789' AS at_ns, TIME '12:34:56' AS clock,
  encode('bytes') AS raw_bytes, CASE WHEN i % 3 = 0 THEN NULL ELSE i END AS holes, [[i]] AS deep`;
const SCORE = `SELECT s.*, e.* EXCLUDE (rn) FROM (SELECT *, row_number() OVER () - 1 AS rn FROM (${inferSql(250)})) s JOIN (SELECT ${EXTRAS}, i AS rn FROM range(250) t(i)) e USING (rn) ORDER BY rn`;

const parse = {
  dataFetch: (data: JsonObject) => parseAs(DataFetchResult, data, { name: 'the result', code: 'test' }),
  train: (data: JsonObject) => parseAs(TrainResult, data, { name: 'the result', code: 'test' }),
  infer: (data: JsonObject) => parseAs(InferResult, data, { name: 'the result', code: 'test' }),
  transport: (data: JsonObject) => parseAs(TransportResult, data, { name: 'the result', code: 'test' }),
};

describe.skipIf(enginePython === undefined)(`a whole workflow, each stage killed once${engineReason}`, () => {
  const at = makeHome();
  const dataset = join(at.home, 'datasets', baseSpec().datasetId);
  let dataFetch: DataFetchResult;
  let train: TrainResult;
  let infer: InferResult;

  beforeAll(async () => {
    const spec = dataFetchSpec({ sampleSql: sampleSql(4000), inferSql: SCORE });
    const run = startStage(at, 'data_fetch', spec);
    await killEngineStage(run, () => existsSync(join(dataset, 'processed', `${spec.datasetId}.building`)));
    dataFetch = parse.dataFetch(resultOf(await runStage(at, 'data_fetch', spec)));
  }, 240_000);
  afterAll(() => at[Symbol.dispose]());

  /** Kills a stage with -9 and leaves its engine alone, as the kernel does for want of memory. */
  async function killEngineStage(run: StageRun, when: () => boolean): Promise<void> {
    await waitFor(() => when() || run.child.exitCode !== null, 'the moment to kill');
    if (run.child.exitCode !== null) throw new Error(`it ended before it could be killed: ${(await run.done).stderr}`);
    run.child.kill('SIGKILL');
    await run.done;
  }

  test('data_fetch goes on after a kill in the middle of the build', () => {
    expect(dataFetch.rows).toMatchObject({ sample: 4000, infer: 250, train: 3200, valid: 400, test: 400 });
    expect(readdirSync(dataset).sort()).toEqual(['config', 'processed', 'raw']);
    expect(readdirSync(join(dataset, 'processed'))).toEqual([baseSpec().datasetId]);
  });

  test('train goes on after its last finished epoch and ends as if it had not been interrupted', async () => {
    const spec = { ...baseSpec({ params: { ...PARAMS, epochs: 9 } }), dataFetch, overrides: { batchSize: 128, epochs: 4 } };
    const run = startStage(at, 'train', spec);
    const checkpoint = () => readEvents(run.eventsPath).find((event) => event.type === 'checkpoint');
    await killEngineStage(run, () => checkpoint() !== undefined);
    const found = checkpoint();
    const resumed = await runStage(at, 'train', { ...spec, checkpoint: found?.type === 'checkpoint' ? found.data : null });
    train = parse.train(resultOf(resumed));
    expect(resumed.stdout).toContain('after epoch 1');
    expect(train.history.map((epoch) => epoch['epoch'])).toEqual([1, 2, 3, 4]);
    const fresh = await runStage(at, 'train', { ...spec, datasetId: 'unbroken.1' });
    expect(parse.train(resultOf(fresh)).metrics).toEqual(train.metrics);
    const params: unknown = JSON.parse(readFileSync(join(dataset, 'config/engine-train.json'), 'utf8'));
    expect(params).toMatchObject({
      params: { batch_size: 128, epochs: 4, embedding_dim: 4, dataset_id: baseSpec().datasetId, _workflow_generated: true },
    });
  }, 300_000);

  test('an engine that a killed stage left behind is ended before the next one starts', async () => {
    const spec = {
      ...baseSpec({ params: { ...PARAMS, epochs: 500, early_stop_patience: 500 } }),
      workflowId: 11,
      dataFetch,
      overrides: {},
      datasetId: 'leftover.1',
    };
    const identity = () => join(at.home, 'datasets/leftover.1/engine.json');
    const run = startStage(at, 'train', spec);
    await killEngineStage(run, () => existsSync(identity()));
    const leftover = readProcessIdentity(Number(/"pid":(\d+)/.exec(readFileSync(identity(), 'utf8'))?.[1]));
    const next = startStage(at, 'train', spec);
    await waitFor(() => leftover === undefined || !processIsAlive(leftover), 'the end of the leftover');
    await waitFor(() => existsSync(identity()) && !readFileSync(identity(), 'utf8').includes(`"pid":${leftover?.pid},`), 'the new engine');
    const child = readProcessIdentity(Number(/"pid":(\d+)/.exec(readFileSync(identity(), 'utf8'))?.[1]));
    next.child.kill('SIGTERM');
    const end = await next.done;
    expect(end.code).toBe(143);
    expect(errorOf(end)).toBeUndefined();
    expect(child !== undefined && processIsAlive(child)).toBe(false);
  }, 120_000);

  test('infer skips finished parts after a kill, and every column comes through in order', async () => {
    const spec = { ...baseSpec({ params: PARAMS }), dataFetch, train };
    const run = startStage(at, 'infer', spec);
    const part = join(dataset, 'inference_output/part_00000.parquet');
    await killEngineStage(run, () => existsSync(part));
    const written = statSync(part).mtimeMs;
    const end = await runStage(at, 'infer', spec);
    infer = parse.infer(resultOf(end));
    expect(statSync(part).mtimeMs).toBe(written);
    expect(infer).toMatchObject({ rows: 250, labels: ['label_apply', 'label_credit'] });
    expect(infer.columns).toEqual(
      expect.arrayContaining(['we"ird; DROP TABLE x', 'größe <b>点击</b>', 'deep', 'prediction_0', 'prediction_1']),
    );
    expect(end.stdout).toContain('Checked 250 rows');
  }, 180_000);

  test('transport loads what infer wrote, with every column type', async () => {
    const spec = { ...baseSpec(), infer, table: 'ads.result', hdfsPath: '' };
    expect(parse.transport(resultOf(await runStage(at, 'transport', spec)))).toMatchObject({ rowsLoaded: 250 });
    const types = Object.fromEntries(
      await readWarehouse(join(at.home, 'warehouse/local.duckdb'), 'SELECT column_name, column_type FROM (DESCRIBE ads.result)'),
    );
    expect(types).toMatchObject({
      pairs: 'MAP(VARCHAR, BIGINT)',
      tiny: 'UTINYINT',
      amount: 'DECIMAL(18,4)',
      raw_bytes: 'BLOB',
      deep: 'BIGINT[][]',
      prediction_1: 'DOUBLE',
    });
  }, 60_000);

  test('deleting the dataset removes every file and keeps the table', async () => {
    resultOf(await runStage(at, 'dataset_delete', { datasetId: baseSpec().datasetId }));
    resultOf(await runStage(at, 'dataset_delete', { datasetId: baseSpec().datasetId }));
    expect(existsSync(dataset)).toBe(false);
    expect(await readWarehouse(join(at.home, 'warehouse/local.duckdb'), 'SELECT count(*) FROM ads.result')).toEqual([['250']]);
  });
});

test.skipIf(enginePython === undefined)(`an engine that cannot be started is told with what to do${engineReason}`, async () => {
  using at = makeHome();
  at.env['WEIR_ENGINE_PYTHON'] = '/nowhere/python';
  const end = await runStage(at, 'data_fetch', dataFetchSpec());
  expect(end.code).toBe(1);
  const error: StageEvent | undefined = errorOf(end);
  expect(error).toMatchObject({ code: 'engine_failed' });
  expect(end.stderr).toContain('WEIR_ENGINE_PYTHON');
});
