import type { Stage, StageState, WorkflowState } from '@weir/contract';
import type { JsonText, Millis, Flag, GeneratedId } from './column-types.ts';

export interface WorkflowTable {
  id: GeneratedId;
  name: string;
  user: string;
  model: string;
  experiment_id: string;
  sample_sql: string;
  infer_sql: string;
  hdfs_path: string;
  hive_table: string;
  warehouse: string;
  dataset_id: string;
  training_server: string | null;
  inference_server: string | null;
  /** {gpu_count, batch_size, epochs} as submitted */
  config: JsonText;
  /** Experiment */
  experiment: JsonText;
  state: WorkflowState;
  cancel_requested: Flag;
  error_message: string | null;
  created_at: Millis;
  started_at: Millis | null;
  completed_at: Millis | null;
}

export interface WorkflowStageTable {
  id: GeneratedId;
  workflow_id: number;
  name: Stage;
  position: number;
  state: StageState;
  job_id: number | null;
  retry_count: number;
  error_message: string | null;
  checkpoint: JsonText | null;
  result: JsonText | null;
  started_at: Millis | null;
  completed_at: Millis | null;
}

export interface WorkflowReportTable {
  workflow_id: number;
  html: string;
  json: JsonText;
}
