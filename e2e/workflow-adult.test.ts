import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WorkflowSummary } from '@weir/contract';
import { WeirHome } from './support/weir-home.ts';

const ADULT = resolve(import.meta.dirname, '../../shared/data/adult.csv');
const TRAIN_ROWS = 32_561;
const TEST_ROWS = 16_281;

const DATASET_CONFIG = `default:
  data_format: parquet
  split_type: random
  label_col:
    - {name: label_income, dtype: float}
    - {name: label_never_married, dtype: float}
`;

/** The data set is beside the project or not at all: see the README of the data. */
describe.skipIf(!existsSync(ADULT))('the Adult data set', () => {
  let home: WeirHome;
  let folder = '';
  beforeAll(async () => {
    home = await WeirHome.start({ WEIR_DATA_ROOTS: resolve(ADULT, '..') });
    folder = mkdtempSync(join(tmpdir(), 'weir-adult-'));
  });
  afterAll(async () => {
    await home.destroy();
    rmSync(folder, { recursive: true });
  });

  test('goes from SQL to a loaded table whose AUC on the rows that were not trained on is that of a good MMoE', async () => {
    const rows = `(SELECT row_number() OVER () AS row_id, * FROM read_csv('${ADULT}'))`;
    writeFileSync(join(folder, 'sample.sql'), `SELECT * FROM ${rows} WHERE row_id <= ${TRAIN_ROWS}`);
    writeFileSync(
      join(folder, 'infer.sql'),
      `SELECT * EXCLUDE (label_income, label_never_married) FROM ${rows} WHERE row_id > ${TRAIN_ROWS}`,
    );
    const config = join(home.path, 'user_configs', userInfo().username, 'MMoE');
    mkdirSync(config, { recursive: true });
    writeFileSync(join(config, 'dataset_config.yaml'), DATASET_CONFIG);
    const summary = await home.json<WorkflowSummary>([
      'workflow',
      'submit',
      '--name',
      'adult',
      '--model',
      'MMoE',
      '--experiment-id',
      'MMoE_default',
      '--hdfs-path',
      '',
      '--hive-table',
      'adult_scores',
      '--sample-sql',
      `@${join(folder, 'sample.sql')}`,
      '--infer-sql',
      `@${join(folder, 'infer.sql')}`,
      '--warehouse',
      'local',
      '--wait',
    ]);
    expect(summary).toMatchObject({ state: 'completed', rows_inferred: TEST_ROWS, rows_loaded: TEST_ROWS, result_table: 'adult_scores' });
    const [income, married] = [await aucOf('label_income', 'prediction_0'), await aucOf('label_never_married', 'prediction_1')];
    console.log(`adult: AUC income ${income.toFixed(4)}, never married ${married.toFixed(4)}`);
    expect(income).toBeGreaterThanOrEqual(0.868);
    expect(married).toBeGreaterThanOrEqual(0.872);
  }, 600_000);

  /** Area under the ROC curve by the rank sum (Mann and Whitney 1947), ties at their mean rank, from the loaded table joined to the true labels. */
  async function aucOf(label: string, prediction: string): Promise<number> {
    const sql = `
      WITH truth AS (SELECT row_number() OVER () AS row_id, ${label} AS y FROM read_csv('${ADULT}')),
      scored AS (SELECT y, ${prediction} AS p FROM adult_scores JOIN truth USING (row_id)),
      ranked AS (SELECT y, rank() OVER (ORDER BY p) + (count(*) OVER (PARTITION BY p) - 1) / 2.0 AS r FROM scored)
      SELECT (sum(r) FILTER (y = 1) - count(*) FILTER (y = 1) * (count(*) FILTER (y = 1) + 1) / 2.0)
        / (count(*) FILTER (y = 1) * count(*) FILTER (y = 0))::DOUBLE AS auc, count(*) AS n FROM ranked`;
    const [row] = JSON.parse(await home.must(['warehouse', 'query', '--sql', sql, '--format', 'json'])) as { auc: number; n: number }[];
    expect(Number(row?.n)).toBe(TEST_ROWS);
    return row?.auc ?? Number.NaN;
  }
});
