import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MonitorResult } from '@weir/contract';
import { Type } from 'typebox';
import { expect, test } from 'vitest';
import type { Report } from '../../src/monitor/report.ts';
import { parseAs } from '../../src/process/read-spec.ts';
import { duckdb } from '../support/duckdb.ts';
import { monitorSpec } from '../support/monitor-spec.ts';
import { makeHome, resultOf, runStage, type Home } from '../support/run-stage.ts';

const ReportJson = Type.Unsafe<Report>(Type.Object({ verdict: Type.Object({}) }));
const holding = (text: string): unknown => expect.stringContaining(text);
const near = (value: number): unknown => expect.closeTo(value);

/** A result table of 400 rows made by `select`. */
async function makeTable(at: Home, select: string): Promise<void> {
  mkdirSync(join(at.home, 'warehouse'));
  await duckdb(join(at.home, 'warehouse/local.duckdb'), 'CREATE SCHEMA ads', `CREATE TABLE ads.result AS ${select}`);
}

async function report(at: Home, spec = monitorSpec(at.home)) {
  const end = await runStage(at, 'monitor', spec);
  const paths = parseAs(MonitorResult, resultOf(end), { name: 'the result', code: 'test' });
  const event = end.events.find((candidate) => candidate.type === 'report');
  return {
    end,
    html: readFileSync(paths.reportHtmlPath, 'utf8'),
    json: parseAs(ReportJson, JSON.parse(readFileSync(paths.reportJsonPath, 'utf8')), { name: 'the report', code: 'test' }),
    event,
  };
}

const PLAIN = 'SELECT i AS id, 0.3::DOUBLE AS prediction_0, 0.1::DOUBLE AS prediction_1 FROM range(400) t(i)';

test('the report is one page without scripts or anything from elsewhere, everything escaped', async () => {
  using at = makeHome();
  await makeTable(at, PLAIN);
  const { html } = await report(at, monitorSpec(at.home, { workflowName: '<script>alert(1)</script> & "co"' }));
  expect(html).not.toMatch(/<script/i);
  expect(html).not.toMatch(/(src|href)=|url\(|@import|https?:\/\//i);
  expect(html).not.toMatch(/ on[a-z]+=/i);
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;');
  expect(html).toContain('city &quot;A&quot; &amp; &lt;script&gt;');
  expect(html).toContain('buy &lt;now&gt;');
  expect(html).toContain("default-src 'none'");
});

test('it says everything that a reader asks: verdict, quality, calibration, training, features, stages, SQL, places, query', async () => {
  using at = makeHome();
  await makeTable(at, PLAIN);
  const { html, json, event } = await report(at);
  expect(json.verdict).toMatchObject({
    level: 'good',
    sentence: holding('test AUC 0.8000 for click and 0.7000 for buy <now>'),
  });
  for (const text of [
    'Quality on held-out rows',
    'Calibration',
    'Validation AUC',
    '1 features',
    'user_id',
    'like an id',
    'data_fetch',
    'city_tag',
    'weir warehouse query --warehouse local',
    '2 min 1 s',
  ]) {
    expect(html, text).toContain(text);
  }
  expect(html.match(/<svg /g)).toHaveLength(4);
  expect(json.stages[1]).toMatchObject({ name: 'train', seconds: 120.5, retries: 1 });
  expect(event).toMatchObject({ html, json });
});

test('known probabilities give the expected AUC of the model and of the best possible score', async () => {
  using at = makeHome();
  // Two groups: p = 0.25 and p = 0.75. A score that orders them has AUC (0.75² + 0.75·0.25) / (4·0.25) = 0.75 with ties counted half.
  await makeTable(
    at,
    `SELECT i AS id, CASE WHEN i % 2 = 0 THEN 0.2 ELSE 0.6 END::DOUBLE AS prediction_0, 0.5::DOUBLE AS prediction_1,
       CASE WHEN i % 2 = 0 THEN 0.25 ELSE 0.75 END AS click_true_probability, (i % 2)::BIGINT AS "buy <now>" FROM range(400) t(i)`,
  );
  const { json } = await report(at);
  const [click, buy] = json.evaluation?.labels ?? [];
  expect(click).toMatchObject({ label: 'click', against: 'probabilities', rows: 400, rate: 0.5, meanPrediction: near(0.4) });
  expect(click?.model.auc).toBeCloseTo(0.75, 10);
  expect(click?.best?.auc).toBeCloseTo(0.75, 10);
  expect(click?.best?.logloss).toBeCloseTo(-(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75)), 10);
  expect(click?.model.logloss).toBeGreaterThan(click?.best?.logloss ?? Number.NaN);
  expect(buy).toMatchObject({
    label: 'buy <now>',
    against: 'labels',
    model: { auc: 0.5, logloss: near(Math.log(2)) },
    best: null,
  });
});

test('the AUC with ties is that of the rank statistic', async () => {
  using at = makeHome();
  await makeTable(
    at,
    'SELECT * FROM (VALUES (1, 0.1, 0.1, 0), (2, 0.4, 0.1, 1), (3, 0.4, 0.1, 0), (4, 0.8, 0.1, 1)) t(id, prediction_0, prediction_1, click)',
  );
  const { json } = await report(at);
  expect(json.evaluation?.labels[0]?.model.auc).toBeCloseTo(3.5 / 4, 12);
});

test('a table without truth is reported without an evaluation', async () => {
  using at = makeHome();
  await makeTable(at, PLAIN);
  const { json, html } = await report(at);
  expect(json.evaluation).toEqual({ rows: 400, labels: [] });
  expect(html).not.toContain('Evaluation on the result table');
});

test.each([
  [
    'a chance AUC',
    { train: { metrics: { valid: { click: { AUC: 0.52 } }, test: { click: { AUC: 0.51 } } } } },
    'hardly better than chance',
  ],
  [
    'a fall from valid to test',
    { train: { metrics: { valid: { click: { AUC: 0.8 } }, test: { click: { AUC: 0.7 } } } } },
    'falls from 0.8000 (valid) to 0.7000 (test)',
  ],
  [
    'bad calibration',
    { train: { calibration: { click: [{ lower: 0, upper: 1, count: 9, meanPrediction: 0.2, observedRate: 0.5 }] } } },
    'off by 0.3000',
  ],
  ['a last epoch that was the best', { train: { stoppedEarly: false, bestEpoch: 3 } }, 'more epochs'],
  ['a changed table', { transport: { rowsLoaded: 399 } }, 'was changed since'],
])('the verdict points at %s', async (_, changes: { train?: object; transport?: object }, remark) => {
  using at = makeHome();
  await makeTable(at, PLAIN);
  const spec = monitorSpec(at.home);
  const { json, html } = await report(at, {
    ...spec,
    train: { ...spec.train, ...changes.train },
    transport: { ...spec.transport, ...changes.transport },
  });
  expect(json.verdict.level).toBe('check');
  expect(json.verdict.remarks.join(' ')).toContain(remark);
  expect(html).toContain('worth a look');
});

test('a warehouse that is gone does not cost the report', async () => {
  using at = makeHome();
  const { json, end } = await report(at);
  expect(json.evaluation).toBeNull();
  expect(end.stdout).toContain('is gone');
});

test('a run of one epoch, one label, one bin and no history is drawn too', async () => {
  using at = makeHome();
  await makeTable(at, PLAIN);
  const spec = monitorSpec(at.home);
  const bin = { lower: 0, upper: 0, count: 1, meanPrediction: 0, observedRate: 0 };
  const train = { ...spec.train, history: [], calibration: { click: [bin], 'buy <now>': [] }, epochsCompleted: 1, bestEpoch: 1 };
  const { html } = await report(at, { ...spec, train });
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
});
