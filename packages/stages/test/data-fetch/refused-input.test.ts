import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@weir/contract';
import { expect, test } from 'vitest';
import { runDataFetch } from '../../src/data-fetch/run.ts';
import { makeContext, refusalOf } from '../support/context.ts';
import { errorOf, makeHome, runStage, type Home } from '../support/run-stage.ts';
import { dataFetchSpec, inferSql, sampleSql, type SpecChoices } from '../support/specs.ts';

interface Refusal extends SpecChoices {
  readonly what: string;
  readonly code: string;
  readonly field?: string;
  readonly says: readonly (string | RegExp)[];
}

const plain = 'SELECT i AS a_tag, (i % 2) AS label FROM range(100) t(i)';
const label = (expression: string): string => `SELECT i AS a_tag, ${expression} AS label FROM range(100) t(i)`;
const configured = (column: JsonObject): JsonObject => ({ feature_cols: [column], label_col: { name: 'label', dtype: 'float' } });

const REFUSALS: readonly Refusal[] = [
  { what: 'an empty sample_sql', code: 'invalid_sql', field: 'sample_sql', sampleSql: ' -- nothing\n;', says: ['sample_sql is empty'] },
  { what: 'SQL that does not parse', code: 'invalid_sql', field: 'sample_sql', sampleSql: 'SELEC 1', says: ['syntax error', 'SELEC'] },
  {
    what: 'an unknown column',
    code: 'invalid_sql',
    field: 'infer_sql',
    inferSql: 'SELECT nope FROM range(3)',
    says: ['infer_sql', 'nope'],
  },
  {
    what: 'an unknown table',
    code: 'invalid_sql',
    field: 'sample_sql',
    sampleSql: 'SELECT * FROM nowhere.events',
    says: ['nowhere', 'no tables yet'],
  },
  { what: 'two statements', code: 'invalid_sql', field: 'sample_sql', sampleSql: `${plain}; ${plain}`, says: ['2 statements'] },
  { what: 'a query and a DROP', code: 'invalid_sql', field: 'sample_sql', sampleSql: 'SELECT 1; DROP TABLE x', says: ['2 statements'] },
  { what: 'a CREATE TABLE', code: 'invalid_sql', field: 'sample_sql', sampleSql: 'CREATE TABLE t AS SELECT 1', says: ['not a query'] },
  {
    what: 'a COPY',
    code: 'invalid_sql',
    field: 'infer_sql',
    inferSql: "COPY (SELECT 1) TO '/tmp/x.csv'",
    says: ['not a query'],
  },
  { what: 'open parameters', code: 'invalid_sql', field: 'sample_sql', sampleSql: 'SELECT $1 AS label', says: ['open parameters'] },
  {
    what: 'two columns of one name',
    code: 'invalid_sql',
    field: 'sample_sql',
    sampleSql: 'SELECT 1 AS a_tag, 2 AS A_TAG, 1 AS label',
    says: ['"a_tag"', 'Rename'],
  },
  {
    what: 'an error while the query runs',
    code: 'invalid_sql',
    field: 'sample_sql',
    sampleSql: label("CAST('x' || i AS INTEGER)"),
    says: ["'x"],
  },
  {
    what: 'no rows to learn from',
    code: 'empty_input',
    field: 'sample_sql',
    sampleSql: `${plain} WHERE i < 0`,
    says: ['sample_sql gives no rows'],
  },
  {
    what: 'no rows to score',
    code: 'empty_input',
    field: 'infer_sql',
    sampleSql: plain,
    inferSql: `${plain} WHERE i < 0`,
    says: ['infer_sql gives no rows'],
  },
  {
    what: 'a file outside of the data roots',
    code: 'path_not_allowed',
    field: 'sample_sql',
    sampleSql: "SELECT * FROM '/etc/passwd.csv'",
    says: ['/etc/passwd.csv', 'WEIR_DATA_ROOTS'],
  },
  {
    what: 'no label',
    code: 'label_missing',
    field: 'sample_sql',
    sampleSql: 'SELECT i AS a_tag FROM range(9) t(i)',
    says: ['No label', 'a_tag'],
  },
  {
    what: 'a configured label that is not there',
    code: 'label_missing',
    field: 'label_col',
    sampleSql: plain,
    dataset: { label_col: 'bought' },
    says: ['bought', 'a_tag, label'],
  },
  { what: 'a label of one class', code: 'label_one_class', field: 'label', sampleSql: label('0'), says: ['label', '0 in all 100 rows'] },
  {
    what: 'a label with other values',
    code: 'label_not_binary',
    field: 'label',
    sampleSql: label('i % 3'),
    says: ['0 or 1', '33 of 100', '"2"'],
  },
  {
    what: 'a label that is null',
    code: 'label_not_binary',
    field: 'label',
    sampleSql: label('CASE WHEN i > 0 THEN i % 2 END'),
    says: ['null in 1 of 100'],
  },
  {
    what: 'a label that is a text',
    code: 'label_not_binary',
    field: 'label',
    sampleSql: label("CASE WHEN i % 2 = 0 THEN 'yes' ELSE 'no' END"),
    says: [/"(yes|no)"/],
  },
  {
    what: 'a feature that is all null',
    code: 'feature_all_null',
    field: 'b_cnt',
    sampleSql: `SELECT *, CAST(NULL AS DOUBLE) AS b_cnt FROM (${plain})`,
    inferSql: `SELECT *, 0.5::DOUBLE AS b_cnt FROM (${plain})`,
    says: ['b_cnt', '100 rows'],
  },
  {
    what: 'a number column with words',
    code: 'feature_type_invalid',
    field: 'b_cnt',
    sampleSql: `SELECT *, 'w' || i AS b_cnt FROM (SELECT i AS a_tag, i, i % 2 AS label FROM range(50) t(i))`,
    inferSql: `SELECT *, 'w' AS b_cnt FROM (${plain})`,
    says: ['b_cnt', 'no numbers', '"w'],
  },
  {
    what: 'a configured feature that is not there',
    code: 'feature_missing',
    field: 'feature_cols',
    sampleSql: plain,
    dataset: configured({ name: 'c', type: 'numeric', dtype: 'float' }),
    says: ['c', 'active: false'],
  },
  {
    what: 'a configured feature of an unknown type',
    code: 'config_refused',
    field: 'feature_cols',
    sampleSql: plain,
    dataset: configured({ name: 'a_tag', type: 'magic', dtype: 'int' }),
    says: ['magic'],
  },
  {
    what: 'nothing that can be a feature',
    code: 'feature_missing',
    field: 'sample_sql',
    sampleSql: "SELECT DATE '2026-01-01' + i::INT AS dt, i % 2 AS label FROM range(9) t(i)",
    says: ['dt', 'date or time'],
  },
  {
    what: 'a feature that is not to be scored with',
    code: 'type_drift',
    field: 'a_tag',
    sampleSql: plain,
    inferSql: 'SELECT 1 AS b',
    says: ['a_tag', 'BIGINT', 'does not give it'],
  },
  {
    what: 'a feature of another type',
    code: 'type_drift',
    field: 'a_tag',
    sampleSql: plain,
    inferSql: "SELECT 'x' AS a_tag",
    says: ['a_tag', 'BIGINT', 'VARCHAR'],
  },
  {
    what: 'a column where predictions go',
    code: 'invalid_sql',
    field: 'infer_sql',
    sampleSql: plain,
    inferSql: `SELECT *, 1 AS prediction_0 FROM (${plain})`,
    says: ['prediction_0'],
  },
  {
    what: 'split sizes that leave nothing',
    code: 'invalid_config',
    field: 'valid_size',
    sampleSql: plain,
    dataset: { valid_size: 0.6, test_size: 0.5 },
    says: ['0.6', '0.5'],
  },
  {
    what: 'a label_col that is no column',
    code: 'invalid_config',
    field: 'label_col',
    sampleSql: plain,
    dataset: { label_col: [3] },
    says: ['label_col', '3'],
  },
];

test.each(REFUSALS)('$what is refused with $code and leaves nothing behind', async ({ code, field, says, ...choices }) => {
  using at = makeHome();
  const queries = { sampleSql: sampleSql(200), inferSql: choices.sampleSql === undefined ? inferSql(20) : plain };
  const error = await refusalOf(runDataFetch(makeContext(at), dataFetchSpec({ ...queries, ...choices })));
  expect(error).toMatchObject({ code, field, fault: 'user' });
  for (const text of says) expect(error.message).toMatch(text instanceof RegExp ? text : escaped(text));
  expectNothingLeft(at);
});

test('a refusal ends the program with status 2, an error event and a line on standard error', async () => {
  using at = makeHome();
  const end = await runStage(at, 'data_fetch', dataFetchSpec({ sampleSql: 'SELEC 1' }));
  expect(end.code).toBe(2);
  expect(end.events.at(-1)).toMatchObject({ type: 'error', code: 'invalid_sql', field: 'sample_sql', value: 'SELEC 1' });
  expect(end.stderr).toContain('invalid_sql: sample_sql was refused by DuckDB: Parser Error');
  expectNothingLeft(at);
});

test('a file that is not there is an error of the SQL, not of the path', async () => {
  using at = makeHome();
  const end = await runStage(at, 'data_fetch', dataFetchSpec({ sampleSql: `SELECT * FROM '${at.data}/none.csv'` }));
  expect(errorOf(end)).toMatchObject({ code: 'invalid_sql', field: 'sample_sql' });
});

test('a spec that is not by the contract is refused by its wrong place', async () => {
  using at = makeHome();
  const end = await runStage(at, 'data_fetch', { ...dataFetchSpec(), sampleSql: 3 });
  expect(errorOf(end)).toMatchObject({ code: 'invalid_spec' });
  expect(errorOf(end)?.message).toContain('sampleSql');
});

test('a dataset id cannot leave its directory', async () => {
  using at = makeHome();
  writeFileSync(join(at.home, 'keep'), '');
  const end = await runStage(at, 'data_fetch', dataFetchSpec({ datasetId: '../../evil' }));
  expect(errorOf(end)).toMatchObject({ code: 'invalid_spec', field: 'dataset_id' });
});

function escaped(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}

function expectNothingLeft(at: Home): void {
  const datasets = join(at.home, 'datasets');
  expect(existsSync(datasets) ? readdirSync(datasets) : []).toEqual([]);
  expect(existsSync(join(at.home, 'warehouse'))).toBe(false);
}
