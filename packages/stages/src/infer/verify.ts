import { StageError } from '../errors.ts';
import type { Duckdb } from '../warehouses/duckdb.ts';
import { quoteName } from '../warehouses/quoting.ts';

export interface Comparison {
  /** FROM items of the rows before and after. */
  readonly input: string;
  readonly output: string;
  /** Prediction columns of the output. */
  readonly predictions: readonly string[];
}

export interface Verified {
  readonly rows: number;
  readonly meanPredictions: readonly number[];
}

/**
 * Proves that the output is the input plus predictions: the same columns of the same types, the same values row by row in the same order,
 * and a probability in every prediction. One pass, constant memory. Throws StageError `infer_rows_differ`.
 */
export async function verifyPredictions(db: Duckdb, comparison: Comparison): Promise<Verified> {
  const columns = await checkColumns(db, comparison);
  const different = columns.map((name) => `i.${quoteName(name)} IS DISTINCT FROM o.${quoteName(name)}`).join(' OR ');
  const noProbability = comparison.predictions.map((name) => `coalesce(NOT (o.${quoteName(name)} BETWEEN 0 AND 1), true)`).join(' OR ');
  const means = comparison.predictions.map((name) => `avg(o.${quoteName(name)})`);
  const numbered = (from: string): string => `(SELECT *, true AS "weir row" FROM ${from})`;
  const [rows = 0, inputRows = 0, outputRows = 0, wrong = 0, invalid = 0, ...meanPredictions] = await db.numbers(
    `SELECT count(*), count(i."weir row"), count(o."weir row"), count(*) FILTER (WHERE ${different}), count(*) FILTER (WHERE ${noProbability}), ` +
      `${means.join(', ')} FROM ${numbered(comparison.input)} i POSITIONAL JOIN ${numbered(comparison.output)} o`,
  );
  if (inputRows !== outputRows) throw differs(`there are ${inputRows} rows to score and ${outputRows} in the output`);
  if (wrong > 0) throw differs(`${wrong} of ${rows} rows are not those of the input at the same place`);
  if (invalid > 0) throw differs(`${invalid} of ${rows} rows have no probability between 0 and 1`);
  return { rows, meanPredictions };
}

async function checkColumns(db: Duckdb, { input, output, predictions }: Comparison): Promise<string[]> {
  const before = await describe(db, input);
  const after = await describe(db, output);
  const expected = [...before, ...predictions.map((name): [string, string] => [name, 'DOUBLE'])];
  const index = expected.findIndex(([name, type], place) => after[place]?.[0] !== name || after[place]?.[1] !== type);
  if (index >= 0 || after.length !== expected.length) {
    const place = index >= 0 ? index : expected.length;
    throw differs(`column ${place + 1} should be ${expected[place]?.join(' ') ?? 'absent'}, it is ${after[place]?.join(' ') ?? 'absent'}`);
  }
  return before.map(([name]) => name);
}

async function describe(db: Duckdb, from: string): Promise<[string, string][]> {
  return (await db.texts(`SELECT column_name, column_type FROM (DESCRIBE FROM ${from})`)).map(([name = '', type = '']) => [name, type]);
}

function differs(what: string): StageError {
  return new StageError('infer_rows_differ', `The predictions do not match the rows of infer_sql: ${what}. Nothing was loaded.`, {
    fault: 'system',
  });
}
