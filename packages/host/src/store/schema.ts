import type { ColumnType, Selectable } from 'kysely';
import type {
  DependencyKind,
  EventType,
  ExecutorKind,
  JobClass,
  JobKind,
  JobState,
  NodeState,
  Role,
  Stage,
  StageState,
  StopCause,
  WorkflowState,
} from '@weir/contract';

/** Text holding JSON; parsed and written by the stores. */
type JsonText = string;
/** Milliseconds since the epoch. */
type Millis = number;
/** 0 or 1. */
type Flag = number;
/** A column whose default the store knows. */
type Defaulted<T> = ColumnType<T, T | undefined, T>;
type GeneratedId = ColumnType<number, number | undefined, never>;

export interface UserTable {
  name: string;
  role: Role;
  default_account: Defaulted<string>;
  /** Limits */
  limits: Defaulted<JsonText>;
  created_at: Millis;
}

/** `hash` is the SHA-256 of the secret, hex; the secret itself is never stored. */
export interface TokenTable {
  id: GeneratedId;
  hash: string;
  kind: 'user' | 'node' | 'ticket' | 'join';
  /** A user's or a node's name; of a join token: who made it. */
  subject: string;
  label: string | null;
  created_at: Millis;
  expires_at: Millis | null;
  last_used_at: Millis | null;
  /** Of a join token: machines that may still join with it; null = any number. */
  uses_left: number | null;
  /** Of a node token: the labels that its node begins with; record of label to value. */
  labels: JsonText | null;
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
  /** How other nodes reach it. */
  address: Defaulted<string>;
  /** Record of label to value */
  labels: Defaulted<JsonText>;
  /** NumaNode[] */
  numa: Defaulted<JsonText>;
  /** ExecutorReport[] */
  executors: Defaulted<JsonText>;
  /** Takes no new jobs. */
  drained: Defaulted<Flag>;
  drain_reason: Defaulted<string | null>;
  /** Id of the host that its session is on; null = not connected. */
  session_host: Defaulted<string | null>;
  /** Counts up while its session lives: a reader judges silence by its own clock. */
  beat: Defaulted<number>;
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
  /** Its end was ordered, and by what; the runner has not reported it yet. */
  stop_by: StopCause | null;
  /** A user asked to freeze it (1) or to let it run on (0); the state tells what is. */
  pause_wanted: Defaulted<Flag>;
  /** Byte of the event file up to which lines are stored. */
  events_offset: number;
  workflow_id: number | null;
  stage: string | null;
  account: Defaulted<string>;
  class: Defaulted<JobClass>;
  executor: Defaulted<ExecutorKind>;
  /** JobRequest: where it may run and what else it asked for. */
  request: Defaulted<JsonText>;
  /** Id of the first job that was submitted with it. */
  batch_id: number | null;
  /** ArrayRecord; only of an array as a whole. */
  array: JsonText | null;
  /** Of one task of an array: the array's job, and which task. */
  array_id: number | null;
  array_index: number | null;
  /** Not before. */
  begin_at: Millis | null;
  preemptions: Defaulted<number>;
  /** A port for the nodes of a gang to meet at. */
  master_port: number | null;
}

/** `on_job_id` must have ended (as `kind` says) before `job_id` may start. */
export interface JobDependencyTable {
  job_id: number;
  on_job_id: number;
  kind: DependencyKind;
}

/** What one attempt of one job holds on one node; released exactly once, when nothing of it is left there. */
export interface ResourceAllocationTable {
  id: GeneratedId;
  job_id: number;
  attempt: number;
  /** Place of the node in the gang; 0 for a job of one node. */
  rank: number;
  node_name: string;
  /** number[]; empty = not bound */
  cpu_ids: JsonText;
  numa: number | null;
  /** When this node's part began to run, by the host's clock; kept only for gangs: a job of one node has it in its own row. */
  started_at: Millis | null;
  /** Outcome of this node's part. */
  outcome: JsonText | null;
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

/** Who is charged. */
export interface AccountTable {
  name: string;
  shares: number;
  /** Limits */
  limits: JsonText;
  created_at: Millis;
}

export interface AccountMemberTable {
  account: string;
  user: string;
}

/** Weighted CPU-seconds of one user in one account, as decayed at `as_of`. */
export interface UsageTable {
  account: string;
  user: string;
  usage: number;
  as_of: Millis;
}

export interface ReservationTable {
  id: GeneratedId;
  name: string;
  /** string[]; null = every node */
  nodes: JsonText | null;
  /** string[] */
  users: JsonText;
  /** string[] */
  accounts: JsonText;
  starts_at: Millis;
  ends_at: Millis;
  reason: string | null;
  created_by: string;
}

/** One minute of one node's life. */
export interface NodeUsageTable {
  node: string;
  minute: Millis;
  cpu_percent: number;
  memory_used_bytes: number;
  /** {index, utilization_percent, memory_used_bytes}[] */
  gpus: JsonText;
}

/** A running host of this fleet. */
export interface HostTable {
  id: string;
  /** Where the other hosts reach it. */
  url: string;
  started_at: Millis;
  /** Counts up while it lives. */
  beat: number;
}

/** Who may do what only one host may do at a time; `epoch` fences the one before. */
export interface LeaseTable {
  name: string;
  holder: string;
  epoch: number;
  beat: number;
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
  job_dependencies: JobDependencyTable;
  accounts: AccountTable;
  account_members: AccountMemberTable;
  usage: UsageTable;
  reservations: ReservationTable;
  node_usage: NodeUsageTable;
  hosts: HostTable;
  leases: LeaseTable;
}

export type JobRow = Selectable<JobTable>;
export type NewJob = Omit<JobRow, 'id'>;
export type NodeRow = Selectable<NodeTable>;
export type EventRow = Selectable<EventTable>;
export type WorkflowRow = Selectable<WorkflowTable>;
export type StageRow = Selectable<WorkflowStageTable>;
