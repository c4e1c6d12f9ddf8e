import type { WorkflowCreate } from '@weir/contract';

/** A submit that the host takes: a shipped model, its configuration given with it. */
export function submitBody(over: Partial<WorkflowCreate> = {}): WorkflowCreate {
  return {
    name: 'nightly',
    user: 'root',
    model: 'MMoE',
    experiment_id: 'exp_1',
    sample_sql: 'select 1',
    infer_sql: 'select 2',
    hdfs_path: '/x',
    hive_table: 'db.result',
    config: {
      model_config: 'Base:\n  epochs: 1\n  seed: 7\nexp_1:\n  model: MMoE\n  epochs: 3\n  dataset_id: ds\n',
      dataset_config: 'ds:\n  label_col: {name: click}\n',
    },
    ...over,
  };
}
