import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyPredictions, type Comparison } from '../../src/infer/verify.ts';
import { openDuckdb } from '../../src/warehouses/duckdb.ts';
import { makeContext, refusalOf } from '../support/context.ts';
import { makeHome } from '../support/run-stage.ts';

const ROWS = `SELECT i AS id, 'u' || i AS "na""me", CASE WHEN i % 3 = 0 THEN NULL ELSE i / 7.0::DOUBLE END AS x, [i, NULL] AS l FROM range(5000) t(i)`;
const SCORED = `SELECT *, 0.25::DOUBLE AS prediction_0 FROM (${ROWS})`;

/** Verifies two queries as if they were the files before and after. */
async function verify(output: string, input = ROWS) {
  using at = makeHome();
  mkdirSync(join(at.home, 'scratch'));
  using db = await openDuckdb(makeContext(at), { directories: [], scratchDir: join(at.home, 'scratch') });
  await db.run(`CREATE TABLE before AS ${input}`);
  await db.run(`CREATE TABLE after AS ${output}`);
  const comparison: Comparison = { input: 'before', output: 'after', predictions: ['prediction_0'] };
  return await verifyPredictions(db, comparison);
}

test('the same rows in the same order with a prediction beside them are proven', async () => {
  expect(await verify(SCORED)).toEqual({ rows: 5000, meanPredictions: [0.25] });
});

test.each([
  [
    'two rows are swapped',
    `SELECT * FROM (${SCORED}) ORDER BY CASE id WHEN 3 THEN 4 WHEN 4 THEN 3 ELSE id END`,
    '2 of 5000 rows are not those',
  ],
  [
    'one value differs',
    `SELECT * REPLACE (CASE WHEN id = 4999 THEN 'other' ELSE "na""me" END AS "na""me") FROM (${SCORED})`,
    '1 of 5000 rows',
  ],
  ['a null became a value', `SELECT * REPLACE (coalesce(x, 0) AS x) FROM (${SCORED})`, '1667 of 5000 rows'],
  ['the last row is missing', `${SCORED} WHERE id < 4999`, '5000 rows to score and 4999'],
  ['a row is there twice', `${SCORED} UNION ALL SELECT * FROM (${SCORED}) WHERE id = 1`, '5000 rows to score and 5001'],
  ['a column has another type', `SELECT * REPLACE (id::INTEGER AS id) FROM (${SCORED})`, 'column 1 should be id BIGINT, it is id INTEGER'],
  ['a column is missing', `SELECT * EXCLUDE (x) FROM (${SCORED})`, 'column 3 should be x DOUBLE'],
  ['a column is added', `SELECT *, 1 AS more FROM (${SCORED})`, 'column 6 should be absent'],
  [
    'a prediction is missing',
    `SELECT * REPLACE (CASE WHEN id > 0 THEN 0.5::DOUBLE END AS prediction_0) FROM (${SCORED})`,
    '1 of 5000 rows have no probability',
  ],
  [
    'a prediction is no number',
    `SELECT * REPLACE ('nan'::DOUBLE AS prediction_0) FROM (${SCORED})`,
    '5000 of 5000 rows have no probability',
  ],
  ['a prediction is above 1', `SELECT * REPLACE (1.5::DOUBLE AS prediction_0) FROM (${SCORED})`, 'no probability between 0 and 1'],
])('it is noticed when %s', async (_, output, message) => {
  const error = await refusalOf(verify(output));
  expect(error).toMatchObject({ code: 'infer_rows_differ', fault: 'system' });
  expect(error.message).toContain(message);
});
