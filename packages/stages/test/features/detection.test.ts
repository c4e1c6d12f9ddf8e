import type { JsonObject } from '@weir/contract';
import { expect, test } from 'vitest';
import type { Column } from '../../src/features/column.ts';
import { detectFeatures, type Detection } from '../../src/features/detect.ts';
import { checkInferNames, reconcileTypes } from '../../src/features/drift.ts';
import { parseExplicitFeatures, parseExplicitLabels } from '../../src/features/experiment-columns.ts';
import { countableColumns, distinctQuery, parseProfile, profileQuery, withDistinct } from '../../src/features/profile.ts';
import { assignRoles } from '../../src/features/roles.ts';
import { makeContext } from '../support/context.ts';
import { makeHome } from '../support/run-stage.ts';
import { openQueries } from '../../src/warehouses/catalogue.ts';

interface Looked {
  readonly columns: readonly Column[];
  readonly detection: Detection;
}

/** Detects on real rows, as data_fetch does on exported ones. */
async function look(sql: string, dataset: JsonObject = {}): Promise<Looked> {
  using at = makeHome();
  const query = { field: 'sample_sql', sql, roots: [] };
  using opened = await openQueries(makeContext(at), {
    warehousePath: `${at.home}/none`,
    scratchDir: `${at.home}/scratch`,
    roots: [],
    queries: [query],
  });
  const columns = opened.columns[0] ?? [];
  const roles = assignRoles(columns, { features: parseExplicitFeatures(dataset), labels: parseExplicitLabels(dataset) });
  const [row] = await opened.db.rows(profileQuery(columns, roles, `(${sql})`));
  const estimate = parseProfile(columns, row ?? []);
  const names = countableColumns(estimate);
  const profile = withDistinct(estimate, names, await opened.db.numbers(distinctQuery(names, `(${sql})`)));
  return { columns, detection: detectFeatures(columns, roles, profile) };
}

const kinds = ({ features }: Detection) => Object.fromEntries(features.map((feature) => [feature.name, feature.type]));
const cols = ({ featureCols }: Detection) =>
  Object.fromEntries(featureCols.map((column): [string, JsonObject] => [String(column['name']), column]));
const holding = (text: string): unknown => expect.stringContaining(text);
const whys = ({ excluded }: Detection) => Object.fromEntries(excluded.map(({ name, why }) => [name, why]));
const FROM = 'i % 2 AS label FROM range(200) t(i)';

test('names decide the kind of a feature, types its dtype', async () => {
  const { detection } = await look(
    `SELECT i % 3 AS a_tag, 'x' || (i % 3) AS b_tag, i % 2 = 0 AS c_tag, 'p' AS product, i * 0.5::DOUBLE AS d_cnt, [i, 2] AS appInstalls,
       'a^b' AS e_textlist, ['x'] AS outerBizSorted, 'y' AS outerModelCleanSorted, 'u' || i AS phone, ${FROM}`,
  );
  expect(kinds(detection)).toEqual({
    a_tag: 'categorical',
    b_tag: 'categorical',
    c_tag: 'categorical',
    product: 'categorical',
    d_cnt: 'numeric',
    appInstalls: 'sequence',
    e_textlist: 'sequence',
    outerBizSorted: 'sequence',
    outerModelCleanSorted: 'sequence',
  });
  const columns = cols(detection);
  expect(columns['a_tag']).toEqual({ name: 'a_tag', active: true, dtype: 'int', type: 'categorical' });
  expect(columns['b_tag']).toMatchObject({ dtype: 'str' });
  expect(columns['c_tag']).toMatchObject({ dtype: 'int' });
  expect(columns['d_cnt']).toEqual({ name: 'd_cnt', active: true, dtype: 'float', type: 'numeric', normalizer: 'StandardScaler' });
  expect(columns['appInstalls']).toMatchObject({ dtype: 'list', max_len: 15, splitter: '^' });
  expect(columns['e_textlist']).toMatchObject({ dtype: 'str', max_len: 15 });
  expect(whys(detection)).toMatchObject({ phone: holding('matches no rule'), label: 'a label' });
});

test('a text of numbers becomes a number, fractions in a tag become text', async () => {
  const { detection } = await look(
    `SELECT CAST(i / 4.0 AS VARCHAR) AS a_cnt, i / 4.0::DOUBLE AS b_tag, i * 1.0::DOUBLE AS c_tag, 7.25::DECIMAL(6,2) AS d_tag, ${FROM}`,
  );
  expect(detection.casts).toEqual({ a_cnt: 'DOUBLE', b_tag: 'VARCHAR', d_tag: 'VARCHAR' });
  expect(cols(detection)['c_tag']).toMatchObject({ dtype: 'int' });
});

test('a feature configured in the experiment keeps its settings, others are found beside it', async () => {
  const settings = { name: 'age', active: true, dtype: 'str', type: 'categorical', embedding_dim: 3 };
  const dataset = {
    feature_cols: [
      settings,
      { name: ['x', 'y'], type: 'numeric', dtype: 'float' },
      { name: 'off_tag', active: false, type: 'categorical', dtype: 'str' },
    ],
  };
  const { detection } = await look(`SELECT i % 9 AS age, 1.5 AS x, 2.5 AS y, 'o' AS off_tag, 'z' || (i % 4) AS z_tag, ${FROM}`, dataset);
  expect(cols(detection)['age']).toEqual(settings);
  expect(kinds(detection)).toEqual({ age: 'categorical', x: 'numeric', y: 'numeric', z_tag: 'categorical' });
  expect(whys(detection)['off_tag']).toContain('active: false');
});

test('without any known name types decide, and everything left out is listed with a reason', async () => {
  const { detection } = await look(
    `SELECT 'u' || i AS user, i AS row_id, i % 7 AS city, 'c' || (i % 5) AS country, i * 0.37 AS price, i / 3.0::DOUBLE AS ratio, [i % 3] AS clicks,
       i % 2 = 0 AS is_new, DATE '2026-01-01' AS day, now() AS at, 1 AS one, NULL::VARCHAR AS nothing, 0.3 AS label_true_probability,
       {'a': 1} AS nested, ${FROM}`,
  );
  expect(kinds(detection)).toEqual({
    city: 'categorical',
    country: 'categorical',
    price: 'numeric',
    ratio: 'numeric',
    clicks: 'sequence',
    is_new: 'categorical',
  });
  expect(whys(detection)).toEqual({
    user: holding('like an id'),
    row_id: holding('like an id'),
    day: holding('one value only'),
    at: holding('one value only'),
    one: 'one value only',
    nothing: 'all values are null',
    label_true_probability: holding('known probability'),
    nested: holding('cannot be encoded'),
    label: 'a label',
  });
});

test('labels are found by their names when the configuration names none', async () => {
  const sql =
    'SELECT i % 5 AS a_tag, i % 2 AS label_apply, i % 3 = 0 AS label_credit, 0.5 AS label_apply_true_probability FROM range(100) t(i)';
  const { detection } = await look(sql);
  expect(detection.labels).toEqual([
    { name: 'label_apply', positives: 50, rate: 0.5 },
    { name: 'label_credit', positives: 34, rate: 0.34 },
  ]);
});

test.each([
  ['a name', 'label_credit'],
  ['an object', { name: 'label_credit', dtype: 'int' }],
  ['a list', [{ name: 'label_credit', dtype: 'float' }]],
])('label_col may be %s', async (_, label) => {
  const { detection } = await look('SELECT i % 5 AS a_tag, i % 2 AS label_apply, i % 3 = 0 AS label_credit FROM range(100) t(i)', {
    label_col: label,
  });
  expect(detection.labels.map(({ name }) => name)).toEqual(['label_credit']);
  expect(detection.labelCols).toEqual([expect.objectContaining({ name: 'label_credit' })]);
});

test('a label that the model must not see is no feature by type', async () => {
  const { detection } = await look('SELECT i % 5 AS city, i % 2 AS label_apply, i % 3 = 0 AS label_credit FROM range(100) t(i)', {
    label_col: 'label_credit',
  });
  expect(kinds(detection)).toEqual({ city: 'categorical' });
  expect(whys(detection)['label_apply']).toContain('must not see');
});

test('column names with quotes, spaces, capitals and other scripts are plain names', async () => {
  const { detection } = await look(
    `SELECT i % 3 AS "we""ird; DROP_tag", i AS "größe in cm_cnt", i % 2 AS "点击_tag", i % 4 AS "<b>_tag", ${FROM}`,
  );
  expect(Object.keys(kinds(detection))).toEqual(['we"ird; DROP_tag', 'größe in cm_cnt', '点击_tag', '<b>_tag']);
});

const types = (sql: string) => look(`SELECT ${sql}, ${FROM}`);

test.each([
  ['a_tag', 'i::INTEGER', 'i::BIGINT', { train: { a_tag: 'BIGINT' }, infer: {} }],
  ['a_tag', 'i::BIGINT', 'i::SMALLINT', { train: {}, infer: { a_tag: 'BIGINT' } }],
  ['a_tag', 'i::UINTEGER', 'i::INTEGER', { train: { a_tag: 'BIGINT' }, infer: { a_tag: 'BIGINT' } }],
  ['a_cnt', 'i::INTEGER', '0.5::DOUBLE', { train: { a_cnt: 'DOUBLE' }, infer: {} }],
  ['a_cnt', '0.5::DECIMAL(4,2)', 'i::INTEGER', { train: { a_cnt: 'DOUBLE' }, infer: { a_cnt: 'DOUBLE' } }],
  ['a_cnt', '0.5::FLOAT', '0.5::DOUBLE', { train: { a_cnt: 'DOUBLE' }, infer: {} }],
  ['a_cnt', "'1.5'", "'2.5'", { train: {}, infer: { a_cnt: 'DOUBLE' } }],
  ['a_tag', "'x'", "'x'::ENUM('x')", { train: {}, infer: {} }],
  ['a_textlist', '[1::INTEGER]', '[1::BIGINT]', { train: { a_textlist: 'BIGINT[]' }, infer: {} }],
])('%s: %s to learn from and %s to score are reconciled', async (...[name, train, infer, casts]) => {
  const sample = await types(`${train} AS ${name}`);
  const score = await types(`${infer} AS ${name}`);
  expect(reconcileTypes(sample.detection.sources, score.columns)).toEqual(casts);
});

test.each([
  ['a_tag', 'i::INTEGER', '0.5::DOUBLE'],
  ['a_tag', 'i::INTEGER', "'x'"],
  ['a_tag', 'true', 'i::INTEGER'],
  ['a_cnt', 'i::INTEGER', "'1.5'"],
  ['a_textlist', "'a^b'", "['a', 'b']"],
])('%s: %s to learn from and %s to score are refused as drift', async (name, train, infer) => {
  const sample = await types(`${train} AS ${name}`);
  const score = await types(`${infer} AS ${name}`);
  expect(() => reconcileTypes(sample.detection.sources, score.columns)).toThrow(
    expect.objectContaining({ code: 'type_drift', field: name }),
  );
});

test('a feature column whose name differs in capitals is pointed out', async () => {
  const { columns } = await types('i AS City_tag');
  expect(() => checkInferNames([{ name: 'city_tag', type: 'BIGINT', family: 'integer', isCast: false }], columns)).toThrow(
    'it gives City_tag, but capitals count',
  );
});
