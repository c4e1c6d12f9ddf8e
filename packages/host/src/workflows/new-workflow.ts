import type { Insertable } from 'kysely';
import type { Experiment, WorkflowCreate } from '@weir/contract';
import type { WorkflowTable } from '../store/schema.ts';
import type { SubmittedConfig } from './stage-jobs.ts';

/** Makes the row of a workflow that has not run; `taken` tells whether a dataset id is in use. */
export async function makeWorkflowRow(
  create: WorkflowCreate,
  parts: { experiment: Experiment; warehouse: string; taken: (datasetId: string) => Promise<boolean> },
): Promise<Insertable<WorkflowTable>> {
  const now = Date.now();
  const config: SubmittedConfig = {
    ...(create.gpu_count === undefined ? {} : { gpu_count: create.gpu_count }),
    ...(create.batch_size === undefined ? {} : { batch_size: create.batch_size }),
    ...(create.epochs === undefined ? {} : { epochs: create.epochs }),
  };
  return {
    name: create.name,
    user: create.user,
    model: create.model,
    experiment_id: create.experiment_id,
    sample_sql: create.sample_sql,
    infer_sql: create.infer_sql,
    hdfs_path: create.hdfs_path,
    hive_table: create.hive_table,
    warehouse: parts.warehouse,
    dataset_id: await chooseDatasetId(create.experiment_id, now, parts.taken),
    training_server: create.training_server ?? null,
    inference_server: create.inference_server ?? null,
    config: JSON.stringify(config),
    experiment: JSON.stringify(parts.experiment),
    state: 'pending',
    cancel_requested: 0,
    error_message: null,
    created_at: now,
    started_at: null,
    completed_at: null,
  };
}

/** `{experiment_id}.{YYYYmmdd_HHMMSS}` in UTC; a second one in the same second gets `_2`, and so on. */
async function chooseDatasetId(experimentId: string, now: number, taken: (datasetId: string) => Promise<boolean>): Promise<string> {
  const [date = '', time = ''] = new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '').split('T');
  const first = `${experimentId}.${date}_${time}`;
  let candidate = first;
  for (let count = 2; await taken(candidate); count += 1) candidate = `${first}_${count}`;
  return candidate;
}
