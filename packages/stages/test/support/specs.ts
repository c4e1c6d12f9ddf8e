import type { DataFetchSpec, JsonObject } from '@weir/contract';

/** Parameters of a small model that trains in seconds. */
export const PARAMS: JsonObject = {
  model: 'MMoE',
  dataset_id: 'default',
  learning_rate: 1e-3,
  embedding_regularizer: 1e-8,
  batch_size: 512,
  embedding_dim: 4,
  epochs: 2,
  seed: 7,
  num_experts: 2,
  expert_hidden_units: [16],
  tower_hidden_units: [8],
  metrics: ['AUC', 'logloss'],
  monitor: 'AUC',
};

export interface SpecChoices {
  readonly sampleSql?: string;
  readonly inferSql?: string;
  readonly dataset?: JsonObject;
  readonly params?: JsonObject;
  readonly datasetId?: string;
}

/** What every stage of a workflow is given. */
export function baseSpec(choices: SpecChoices = {}) {
  return {
    workflowId: 7,
    workflowName: 'test run',
    user: 'tester',
    datasetId: choices.datasetId ?? 'MMoE_test.20260101_120000',
    experiment: {
      model: 'multitask/MMoE',
      experimentId: 'MMoE_test',
      source: 'test',
      params: choices.params ?? PARAMS,
      dataset: choices.dataset ?? {},
    },
    warehouse: { name: 'local', kind: 'duckdb' as const, path: 'warehouse/local.duckdb' },
    checkpoint: null,
  };
}

export function dataFetchSpec(choices: SpecChoices = {}): DataFetchSpec {
  return { ...baseSpec(choices), sampleSql: choices.sampleSql ?? sampleSql(3000), inferSql: choices.inferSql ?? inferSql(1000) };
}

/** Rows with two labels, ids and the columns that names detect. */
export function sampleSql(rows: number): string {
  return `SELECT 'u' || i AS user_id, CAST(i % 10 AS INTEGER) AS city_tag, 'p' || (i % 5) AS product, (i * 37 % 100) / 10.0 AS visits_cnt,
    list_transform(range(i % 4), x -> 'app' || (x + i % 7)) AS appInstalls, 'a^b' || (i % 3) AS words_textlist,
    CAST((i * 7919 % 100) < 10 + (i % 10) * 8 AS INTEGER) AS label_apply, CAST((i * 104729 % 100) < 50 - (i % 10) * 4 AS INTEGER) AS label_credit,
    0.5 AS label_apply_true_probability, DATE '2026-01-01' + CAST(i % 30 AS INTEGER) AS dt FROM range(${rows}) t(i)`;
}

/** The same without labels. */
export function inferSql(rows: number): string {
  return `SELECT * EXCLUDE (label_apply, label_credit, label_apply_true_probability) FROM (${sampleSql(rows)})`;
}
