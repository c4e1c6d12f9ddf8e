import type { DependencyKind, EventType, ExecutorKind, JobClass, JobKind, JobState, StopCause } from '@weir/contract';
import type { JsonText, Millis, Flag, Defaulted, GeneratedId } from './column-types.ts';

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
