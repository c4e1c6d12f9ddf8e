import type { CHECKPOINT_SIGNALS, Labels, Strategy, Target } from '@weir/contract';

/** What a job asked for beyond the columns of its row: stored as JSON, absent = nothing asked. */
export interface JobRequest {
  readonly target?: Target;
  readonly labels?: Labels;
  readonly partition?: string;
  readonly gpu_type?: string;
  readonly gpu_memory_bytes?: number;
  readonly exclusive?: boolean;
  /** Nodes of a gang. */
  readonly nodes?: number;
  readonly ntasks_per_node?: number;
  readonly cpus_per_task?: number;
  readonly strategy?: Strategy;
  readonly hold?: boolean;
  readonly checkpoint_signal?: (typeof CHECKPOINT_SIGNALS)[number];
  readonly stdout?: string;
  readonly stderr?: string;
}

/** An array as a whole: what is left to start. Stored as JSON in its job's row. */
export interface ArrayRecord {
  /** As submitted. */
  readonly spec: string;
  readonly parallel: number | null;
  /** Tasks in all. */
  readonly tasks: number;
  /** Indices that have not started, written as ranges: `4-100`; empty = all have. */
  readonly waiting: string;
}
