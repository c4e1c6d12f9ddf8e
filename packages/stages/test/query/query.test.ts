import { expect, test } from 'vitest';
import type { WarehouseQuerySpec } from '@weir/contract';
import { errorOf, makeHome, runStage } from '../support/run-stage.ts';
import { baseSpec } from '../support/specs.ts';
import { formatTable } from '../../src/query/format-table.ts';

const spec = (sql: string, choices: Partial<WarehouseQuerySpec> = {}): WarehouseQuerySpec => ({
  warehouse: baseSpec().warehouse,
  sql,
  format: 'json',
  maxRows: 100,
  ...choices,
});
const VALUES = `SELECT 9007199254740993::BIGINT AS big, 42::BIGINT AS small, 1.50::DECIMAL(5,2) AS dec, 0.1::DOUBLE AS dbl, NULL AS nil, '' AS empty,
  'a,"b"
c' AS text, TIMESTAMP '2026-01-02 03:04:05.678' AS ts, TIMESTAMPTZ '2026-01-02 03:04:05+02' AS tz, DATE '2026-01-02' AS d, [1, NULL] AS list, {'k': 'v'} AS obj, true AS yes`;

test('json keeps big integers, times and nesting', async () => {
  using at = makeHome();
  const end = await runStage(at, 'warehouse_query', spec(VALUES));
  expect(JSON.parse(end.stdout)).toEqual([
    {
      big: '9007199254740993',
      small: 42,
      dec: 1.5,
      dbl: 0.1,
      nil: null,
      empty: '',
      text: 'a,"b"\nc',
      ts: '2026-01-02T03:04:05.678',
      tz: '2026-01-02T01:04:05Z',
      d: '2026-01-02',
      list: [1, null],
      obj: { k: 'v' },
      yes: true,
    },
  ]);
});

test('csv quotes what needs it and tells an empty text from NULL', async () => {
  using at = makeHome();
  const end = await runStage(at, 'warehouse_query', spec(VALUES, { format: 'csv' }));
  expect(end.stdout).toBe(
    'big,small,dec,dbl,nil,empty,text,ts,tz,d,list,obj,yes\n' +
      '9007199254740993,42,1.5,0.1,,"","a,""b""\nc",2026-01-02T03:04:05.678,2026-01-02T01:04:05Z,2026-01-02,"[1,null]","{""k"":""v""}",true\n',
  );
});

test('a table is aligned, shows NULL, counts its rows and says when it is cut', async () => {
  using at = makeHome();
  const end = await runStage(
    at,
    'warehouse_query',
    spec("SELECT i AS n, CASE WHEN i = 1 THEN NULL ELSE 'v' || i END AS t FROM range(1000) r(i)", { format: 'table', maxRows: 2 }),
  );
  expect(end.stdout.split('\n').slice(0, 4)).toEqual(['n | t', '--+-----', '0 | v0', '1 | NULL']);
  expect(end.stdout).toContain('(2 rows shown; there are more');
});

test('a query without rows still names its columns', async () => {
  using at = makeHome();
  expect((await runStage(at, 'warehouse_query', spec('SELECT 1 AS a WHERE false'))).stdout).toBe('[]\n');
  expect((await runStage(at, 'warehouse_query', spec('SELECT 1 AS a WHERE false', { format: 'table' }))).stdout).toBe('a\n-\n(0 rows)\n');
});

test('wide characters and line ends keep a table straight', () => {
  const text = formatTable({
    names: ['k', 'v'],
    isNumber: [false, true],
    rows: [
      ['优惠', 1],
      ['a\nb', 22],
    ],
    isCut: false,
  });
  expect(text).toBe('k    |  v\n-----+---\n优惠 |  1\na\\nb | 22\n(2 rows)\n');
});

test('a missing table of a warehouse that does not exist yet is explained', async () => {
  using at = makeHome();
  const end = await runStage(at, 'warehouse_query', spec('FROM ads.result'));
  expect(end.code).toBe(2);
  expect(errorOf(end)?.message).toContain('The warehouse has no tables yet');
});

test('a long result is written whole', async () => {
  using at = makeHome();
  const end = await runStage(at, 'warehouse_query', spec('SELECT i, hash(i) AS h FROM range(1000000) t(i)', { format: 'csv' }));
  expect(end.stdout.split('\n')).toHaveLength(1_000_002);
});
