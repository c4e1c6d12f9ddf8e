import type { NodeState } from '@weir/contract';
import type { JsonText, Millis, Flag, Defaulted, GeneratedId } from './column-types.ts';

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
  /** NodeUsage: the last sample, at most a minute old; null before the first. */
  usage: Defaulted<JsonText | null>;
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

/** One row, made with the store and moved with it. */
export interface StoreIdentityTable {
  /** UUID */
  id: string;
}

/** A running host of this fleet. */
export interface HostTable {
  id: string;
  /** Where the other hosts reach it. */
  url: string;
  /** Tells its Weir home from copies of that. */
  place: string;
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
