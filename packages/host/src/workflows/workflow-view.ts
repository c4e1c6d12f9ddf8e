import type { JsonObject, Workflow, WorkflowProgress, WorkflowStep, WorkflowSummary } from '@weir/contract';
import { parseObject } from '../store/parse-json.ts';
import type { StageRow } from '../store/schema.ts';
import { parseMetrics } from './parse-metrics.ts';
import type { StoredWorkflow } from './workflow-store.ts';

/** Milliseconds since the epoch to `YYYY-MM-DD HH:MM:SS`, UTC. */
export function toWorkflowTime(millis: number): string {
  return new Date(millis).toISOString().slice(0, 19).replace('T', ' ');
}

const timeOrNull = (millis: number | null) => (millis === null ? null : toWorkflowTime(millis));

/** A workflow in the FuxiCTR shape and what we add. */
export function toWorkflow({ workflow, stages }: StoredWorkflow): Workflow {
  return {
    task_id: workflow.id,
    name: workflow.name,
    user: workflow.user,
    model: workflow.model,
    experiment_id: workflow.experiment_id,
    status: workflow.state,
    current_step: countCompleted(stages),
    total_steps: stages.length,
    training_server: workflow.training_server,
    inference_server: workflow.inference_server,
    created_at: toWorkflowTime(workflow.created_at),
    started_at: timeOrNull(workflow.started_at),
    completed_at: timeOrNull(workflow.completed_at),
    sample_sql: workflow.sample_sql,
    infer_sql: workflow.infer_sql,
    hdfs_path: workflow.hdfs_path,
    hive_table: workflow.hive_table,
    warehouse: workflow.warehouse,
    dataset_id: workflow.dataset_id,
    error_message: workflow.error_message,
  };
}

export function toStep(stage: StageRow): WorkflowStep {
  return {
    id: stage.id,
    task_id: stage.workflow_id,
    step_name: stage.name,
    status: stage.state,
    started_at: timeOrNull(stage.started_at),
    completed_at: timeOrNull(stage.completed_at),
    error_message: stage.error_message,
    retry_count: stage.retry_count,
    job_id: stage.job_id,
    seconds: secondsOf(stage),
  };
}

export function toProgress(stored: StoredWorkflow): WorkflowProgress {
  const { workflow, stages } = stored;
  const view = toWorkflow(stored);
  return {
    task_id: workflow.id,
    task_name: workflow.name,
    status: workflow.state,
    current_step: view.current_step,
    total_steps: view.total_steps,
    steps: stages.map((stage) => {
      const { step_name: name, status, started_at, completed_at, error_message, retry_count } = toStep(stage);
      return { name, status, started_at, completed_at, error_message, retry_count };
    }),
    metrics: Object.fromEntries(
      stages
        .filter((stage) => stage.state === 'completed')
        .map((stage) => [
          stage.name,
          { duration_seconds: secondsOf(stage), bytes_transferred: countBytes(stage), rows_processed: countRows(stage) },
        ]),
    ),
    created_at: view.created_at,
    started_at: view.started_at,
    completed_at: view.completed_at,
  };
}

/** Columns of the FuxiCTR workflow's `workflow_metrics`; figures that a stage does not have are null, its other scalars are added. */
export function toMetrics(stage: StageRow): JsonObject {
  const result = resultOf(stage);
  const seconds = secondsOf(stage);
  const rows = countRows(stage);
  const aucs = Object.values(parseMetrics(result)['valid'] ?? {}).map((label) => label['AUC'] ?? Number.NaN);
  return {
    ...Object.fromEntries(Object.entries(result).filter(([, value]) => value !== null && typeof value !== 'object')),
    id: stage.id,
    task_id: stage.workflow_id,
    step_name: stage.name,
    duration_seconds: seconds,
    start_time: timeOrNull(stage.started_at),
    end_time: timeOrNull(stage.completed_at),
    bytes_transferred: countBytes(stage),
    files_transferred: Array.isArray(result['parts']) ? result['parts'].length : null,
    transfer_rate_mbps: null,
    epochs_completed: numberOrNull(result['epochsCompleted']),
    best_auc: stage.name === 'train' && aucs.length > 0 ? Math.max(...aucs) : null,
    best_loss: null,
    final_loss: numberOrNull(result['finalLoss']),
    rows_processed: rows,
    inference_throughput: stage.name === 'infer' && seconds !== null && seconds > 0 ? rows / seconds : null,
  };
}

/** The run in one object. `url` is the host's own address. */
export function toSummary({ workflow, stages }: StoredWorkflow, url: string): WorkflowSummary {
  const result = (name: string) => resultOf(stages.find((stage) => stage.name === name && stage.state === 'completed'));
  const loaded = numberOrNull(result('transport')['rowsLoaded']);
  return {
    workflow_id: workflow.id,
    state: workflow.state,
    stages: stages.map((stage) => ({ name: stage.name, state: stage.state, seconds: secondsOf(stage) })),
    metrics: parseMetrics(result('train')),
    rows_trained: numberOrNull(result('train')['rowsTrained']),
    rows_inferred: numberOrNull(result('infer')['rows']),
    rows_loaded: loaded,
    result_table: loaded === null ? null : workflow.hive_table,
    error: workflow.error_message,
    url: `${url}/workflows/${workflow.id}`,
  };
}

function countCompleted(stages: readonly StageRow[]): number {
  return stages.filter((stage) => stage.state === 'completed').length;
}

function secondsOf(stage: StageRow): number | null {
  return stage.started_at === null || stage.completed_at === null ? null : Math.max(0, stage.completed_at - stage.started_at) / 1000;
}

function resultOf(stage: StageRow | undefined): JsonObject {
  return stage === undefined || stage.result === null ? {} : parseObject(stage.result);
}

function countRows(stage: StageRow): number {
  const result = resultOf(stage);
  const rows = result['rows'];
  if (typeof rows === 'object' && rows !== null && 'sample' in rows && 'infer' in rows) return Number(rows.sample) + Number(rows.infer);
  return numberOrNull(rows) ?? numberOrNull(result['rowsTrained']) ?? numberOrNull(result['rowsLoaded']) ?? 0;
}

function countBytes(stage: StageRow): number {
  const bytes = resultOf(stage)['bytes'];
  if (typeof bytes === 'object' && bytes !== null) return Object.values(bytes).reduce((total: number, part) => total + Number(part), 0);
  return numberOrNull(bytes) ?? 0;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
