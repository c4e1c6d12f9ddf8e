import { bestPossibleAuc, expectedAuc } from './data/expected-auc.ts';
import { askWeir } from './weir.ts';

/** How close the predictions of one label came to what can be known at all. */
export interface Quality {
  readonly label: string;
  readonly modelAuc: number;
  readonly bestAuc: number;
}

/** Labels of the demo in the order of their predictions (experiment/dataset_config.yaml). */
const LABELS = ['label_click', 'label_convert'] as const;

/** Reads predictions and true probabilities back from the result table and compares them. */
export async function measureQuality(environment: NodeJS.ProcessEnv, table: string): Promise<Quality[]> {
  const columns = LABELS.flatMap((label, index) => [`prediction_${index}`, `${label}_true_probability`]);
  const csv = await askWeir(environment, ['warehouse', 'query', '--format', 'csv', '--sql', `SELECT ${columns.join(', ')} FROM ${table}`]);
  const [, ...rows] = csv.trimEnd().split('\n');
  const values = rows.map((row) => row.split(',').map(Number));
  return LABELS.map((label, index) => {
    const scored = values.map((row) => ({ score: row[2 * index] ?? Number.NaN, probability: row[2 * index + 1] ?? Number.NaN }));
    return { label, modelAuc: expectedAuc(scored), bestAuc: bestPossibleAuc(scored.map((row) => row.probability)) };
  });
}
