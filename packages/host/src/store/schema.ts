import type { ColumnType, Insertable, Selectable } from 'kysely';
import type { EventType, JobKind, JobState, NodeState, Stage, StageState, WorkflowState } from '@weir/contract';

/** Text holding JSON; parsed and written by the stores. */
type JsonText = string;
/** Milliseconds since the epoch. */
type Millis = number;
/** 0 or 1. */
type Flag = number;
type GeneratedId = ColumnType<number, number | undefined, never>;

export interface UserTable {
  name: string;
  role: 'user' | 'admin';
  created_at: Millis;
}

/** `hash` is the SHA-256 of the secret, hex; the secret itself is never stored. */
export interface TokenTable {
  id: GeneratedId;
  hash: string;
  kind: 'user' | 'node' | 'ticket';
  /** A user's or a node's name. */
  subject: string;
  created_at: Millis;
  expires_at: Millis | null;
}

export interface NodeTable {
  name: string;
  state: NodeState;
  /** The host runs on this machine: silence alone does not lose its jobs. */
  local: Flag;
  cpus: number;
  memory_bytes: number;
  /** Gpu[] */
  gpus: JsonText;
  hostname: string;
  os: string;
  boot_id: string;
  runner_version: string;
  last_seen_at: Millis;
}

export interface JobTable {
  id: GeneratedId;
  kind: JobKind;
  name: string;
  user: string;
  state: JobState;
  attempt: number;
  /** Node of the current or last attempt. */
  node: string | null;
  cpus: number;
  memory_bytes: number | null;
  gpus: number;
  /** number[] */
  gpu_ids: JsonText;
  priority: number;
  time_limit_ms: number | null;
  grace_ms: number;
  requeue: Flag;
  /** Program */
  program: JsonText;
  env: JsonText;
  workdir: string | null;
  comment: string | null;
  submitted_at: Millis;
  started_at: Millis | null;
  ended_at: Millis | null;
  /** Outcome of the last attempt. */
  outcome: JsonText | null;
  exit_code: number | null;
  exit_signal: number | null;
  /** What the program itself said went wrong. */
  error_message: string | null;
  /** A user asked for its end; the runner has not reported it yet. */
  cancel_requested: Flag;
  /** Byte of the event file up to which lines are stored. */
  events_offset: number;
  workflow_id: number | null;
  stage: string | null;
}

/** What one attempt of one job holds on one node; released exactly once. */
export interface ResourceAllocationTable {
  id: GeneratedId;
  job_id: number;
  attempt: number;
  node_name: string;
  allocated_cpus: number;
  memory_bytes: number;
  gpu_ids: JsonText;
  released: Flag;
  allocated_at: Millis;
  released_at: Millis | null;
}

export interface EventTable {
  seq: GeneratedId;
  at: Millis;
  type: EventType;
  job_id: number | null;
  workflow_id: number | null;
  node: string | null;
  /** Who may see it; null = everybody. */
  owner: string | null;
  data: JsonText;
}

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

export interface AuditTable {
  id: GeneratedId;
  at: Millis;
  actor: string;
  action: string;
  subject: string;
  detail: JsonText;
}

export interface Database {
  users: UserTable;
  tokens: TokenTable;
  nodes: NodeTable;
  jobs: JobTable;
  resource_allocations: ResourceAllocationTable;
  events: EventTable;
  workflows: WorkflowTable;
  workflow_stages: WorkflowStageTable;
  workflow_reports: WorkflowReportTable;
  audit_log: AuditTable;
}

export type JobRow = Selectable<JobTable>;
export type NewJob = Insertable<JobTable>;
export type NodeRow = Selectable<NodeTable>;
export type EventRow = Selectable<EventTable>;
export type WorkflowRow = Selectable<WorkflowTable>;
export type StageRow = Selectable<WorkflowStageTable>;
