import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A small workflow's data: CSV files, SQL files and a configuration, as a user would lay them out. */
export interface SmallData {
  readonly folder: string;
  /** Arguments of `weir workflow submit`, without a table. */
  readonly submitArgs: readonly string[];
  readonly inferRows: number;
}

const MODEL_CONFIG = `Base:
  verbose: 0
  metrics: [AUC, logloss]
  early_stop_patience: 9
small_mmoe:
  model: MMoE
  dataset_id: small
  task: binary_classification
  loss: binary_crossentropy
  optimizer: adam
  learning_rate: 1.0e-2
  batch_size: 256
  embedding_dim: 4
  num_experts: 2
  expert_hidden_units: [16]
  gate_hidden_units: [8]
  tower_hidden_units: [8]
  epochs: 8
  shuffle: True
  seed: 7
  monitor: AUC
  monitor_mode: max
`;

const DATASET_CONFIG = `small:
  data_format: parquet
  split_type: random
  min_categr_count: 1
  label_col:
    - {name: label_click, dtype: float}
    - {name: label_buy, dtype: float}
`;

/** Writes data whose labels depend on the features, the same bytes every time. */
export function writeSmallData(folder: string, rows = 3_000, inferRows = 900): SmallData {
  const config = join(folder, 'config');
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, 'model_config.yaml'), MODEL_CONFIG);
  writeFileSync(join(config, 'dataset_config.yaml'), DATASET_CONFIG);
  writeFileSync(join(folder, 'sample.csv'), makeCsv(rows, true));
  writeFileSync(join(folder, 'infer.csv'), makeCsv(inferRows, false));
  writeFileSync(join(folder, 'sample.sql'), `SELECT * FROM read_csv('${join(folder, 'sample.csv')}') -- it's "quoted" $HOME\n`);
  writeFileSync(join(folder, 'infer.sql'), `SELECT * FROM read_csv('${join(folder, 'infer.csv')}')\n`);
  return {
    folder,
    inferRows,
    submitArgs: [
      'workflow',
      'submit',
      '--name',
      'small',
      '--model',
      'MMoE',
      '--experiment-id',
      'small_mmoe',
      '--config-dir',
      config,
      '--sample-sql',
      `@${join(folder, 'sample.sql')}`,
      '--infer-sql',
      `@${join(folder, 'infer.sql')}`,
      '--hdfs-path',
      '/small',
      '--warehouse',
      'local',
    ],
  };
}

function makeCsv(rows: number, labelled: boolean): string {
  const random = lehmer(labelled ? 12_345 : 54_321);
  const header = ['user_id', 'city_tag', 'visits_cnt', 'interests_textlist', ...(labelled ? ['label_click', 'label_buy'] : [])];
  const lines = Array.from({ length: rows }, (_, row) => {
    const city = Math.floor(random() * 5);
    const visits = Math.floor(random() * 50);
    const interests = ['sport', 'music', 'cars', 'books'].filter(() => random() < 0.4);
    const click = random() < (city < 2 ? 0.6 : 0.2) ? 1 : 0;
    const buy = random() < (interests.includes('cars') ? 0.5 : 0.1) + visits / 500 ? 1 : 0;
    const cells = [`u${row}`, `city${city}`, row % 97 === 0 ? '' : visits, interests.join('^')];
    return [...cells, ...(labelled ? [click, buy] : [])].join(',');
  });
  return `${[header.join(','), ...lines].join('\n')}\n`;
}

/** Park and Miller's minimal standard generator (CACM 31:10, 1988). */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
