import type { Gpu, JobClass, Limits, NumaNode, Strategy } from '@weir/contract';

/** What one member of a job needs of its node. */
export interface Demand {
  /** 0 = none reserved: such a job always has room. */
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  /** Part of the GPU's name, lower case; null = any. */
  readonly gpuType: string | null;
  readonly gpuMemoryBytes: number;
  /** The whole node: `cpus`, `memoryBytes` and `gpus` are least sizes, and what is held is all that the node has. */
  readonly exclusive: boolean;
}

/** Where a job may run. */
export interface Placing {
  /** Members; each is on another node, all start together. */
  readonly nodes: number;
  /** A node without a label `partition` belongs to every partition. */
  readonly partition: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly target: { readonly node: string; readonly numa: number | null; readonly gpuIds: readonly number[] | null } | null;
  /** Null = the fleet's own. */
  readonly strategy: Strategy | null;
  /** Executor that the node must offer; `stages` = the engine of workflows. */
  readonly executor: string;
}

/** A job that may start now as far as time and dependencies go. */
export interface QueuedJob {
  readonly id: number;
  readonly user: string;
  readonly account: string;
  readonly class: JobClass;
  /** What the user gave, -1000 to 1000. */
  readonly priority: number;
  /** Age counts from here. Milliseconds since the epoch. */
  readonly eligibleAt: number;
  /** Null = no limit. */
  readonly timeLimitMs: number | null;
  readonly demand: Demand;
  readonly placing: Placing;
  /** Of an array: tasks that may start now (its own limit taken into account); 1 for a plain job. */
  readonly tasks: number;
}

/**
 * What keeps a node from taking jobs: administrators drained it; its runner is connected to no host, answers late, or has been silent for
 * so long that it counts as lost.
 */
export type NodeAbsence = 'drained' | 'disconnected' | 'suspect' | 'lost';

/** A node as the scheduler sees it. */
export interface FleetNode {
  readonly name: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: readonly Gpu[];
  /** Empty = not known: nothing is bound there. */
  readonly numa: readonly NumaNode[];
  readonly labels: Readonly<Record<string, string>>;
  readonly executors: readonly string[];
  /** Empty = it takes jobs now. */
  readonly away: readonly NodeAbsence[];
  /** Measured load by CPU, for `least_loaded`. */
  readonly load: number;
}

/** What one attempt of a job holds on one node. */
export interface Holding {
  readonly jobId: number;
  readonly attempt: number;
  readonly node: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpuIds: readonly number[];
  /** Null = not bound to one. */
  readonly numa: number | null;
  readonly user: string;
  readonly account: string;
  readonly class: JobClass;
  readonly startedAt: number;
  /** When its time limit ends it; null = no limit. Milliseconds since the epoch. */
  readonly endsAt: number | null;
  /** It was told to make room already. */
  readonly stopping: boolean;
}

/** Weights of the parts of a job's priority; each part lies between 0 and 1 before it is weighted (user priority: -1 to 1). */
export interface PriorityWeights {
  readonly age: number;
  readonly fairShare: number;
  readonly size: number;
  readonly user: number;
}

export interface Policy {
  readonly weights: PriorityWeights;
  /** Age counts up to this. */
  readonly maxAgeMs: number;
  readonly usageHalfLifeMs: number;
  readonly strategy: Strategy;
  /** Waiting jobs that get a booking in a pass (EASY-K). */
  readonly bookings: number;
  /** Of a running job without a time limit: when its end is expected, counted from its start. */
  readonly unlimitedMs: number;
}

/** One user's limits and one account's, as `Limits` of the contract; usage against them is what the holdings add up to. */
export interface LimitTable {
  readonly users: ReadonlyMap<string, Limits>;
  readonly accounts: ReadonlyMap<string, Limits>;
}

/** Nodes kept for some, or for maintenance (both sets empty), from `startsAt` to `endsAt`. */
export interface ReservationWindow {
  readonly name: string;
  /** Null = every node. */
  readonly nodes: ReadonlySet<string> | null;
  readonly users: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
  readonly startsAt: number;
  readonly endsAt: number;
}

/** Shares of accounts and decayed usage of their users, for fair share. */
export interface ShareTable {
  /** Account name to its shares; an account that is not named has 1. */
  readonly shares: ReadonlyMap<string, number>;
  /** `account\u0000user` to weighted CPU-seconds, decayed at `asOf`. */
  readonly usage: ReadonlyMap<string, number>;
  readonly asOf: number;
}

/** What one member of a start gets. */
export interface Member {
  readonly node: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpuIds: readonly number[];
  /** NUMA node that holds all of it; null = spread or not known. */
  readonly numa: number | null;
}

/** A job, or one task of an array, that starts now; members in the order of their ranks. */
export interface Start {
  readonly jobId: number;
  readonly members: readonly Member[];
}

/** When and where a waiting job is expected to start; nothing that starts now may delay it. */
export interface Booking {
  readonly jobId: number;
  readonly startsAt: number;
  readonly nodes: readonly string[];
}

/** A running job that has to make room, and for whom. */
export interface Preemption {
  readonly jobId: number;
  readonly attempt: number;
  readonly forJobId: number;
}

/** What a pass decided. */
export interface Plan {
  readonly starts: readonly Start[];
  readonly bookings: readonly Booking[];
  readonly preemptions: readonly Preemption[];
}

export type WaitKind = 'no_nodes' | 'never_fits' | 'resources' | 'priority' | 'limit' | 'array_limit' | 'reservation' | 'starting_now';

/** One change that alone would start the job now: of its request, or of a node (`drained`). */
export interface Change {
  readonly field:
    | 'drained'
    | 'cpus'
    | 'memory_bytes'
    | 'gpus'
    | 'gpu_type'
    | 'gpu_memory_bytes'
    | 'nodes'
    | 'time_limit_ms'
    | 'exclusive'
    | 'target'
    | 'labels'
    | 'partition';
  readonly from: number | string | null;
  readonly to: number | string | null;
  /** Where it would start. */
  readonly node: string | null;
}

/** What keeps a job waiting. */
export interface Wait {
  readonly kind: WaitKind;
  /** One line for people. */
  readonly reason: string;
}

/** Why a job does not start now. */
export interface Explanation extends Wait {
  readonly jobsAhead: number;
  /** At most 20. */
  readonly ahead: readonly number[];
  readonly priority: {
    readonly total: number;
    readonly age: number;
    readonly fairShare: number;
    readonly size: number;
    readonly user: number;
  };
  /** Milliseconds since the epoch; null = nothing can be said. */
  readonly estimatedStart: number | null;
  readonly nodes: readonly string[];
  readonly changes: readonly Change[];
}

/** What is free on a node. */
export interface Room {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpuIds: readonly number[];
}

/**
 * The fleet and its queue in memory, kept up to date by small changes, and the decisions about them.
 *
 * Deterministic: no clock (callers pass `now`), no chance, no I/O. `plan` and `explain` leave nothing changed that a caller could observe.
 * The caller makes a plan true with `dequeue`/`requeue` and `hold`; what it cannot commit it simply leaves undone.
 * Setting what is there already replaces it; removing what is not there does nothing.
 */
export interface Fleet {
  setNode(node: FleetNode): void;
  removeNode(name: string): void;
  /** Adds or replaces a waiting job. */
  enqueue(job: QueuedJob): void;
  dequeue(id: number): void;
  /** Books what an attempt holds on one node; throws a RangeError when the node has not that much free (a bug, or a store that lies). */
  hold(holding: Holding): void;
  /** Gives back what an attempt holds on `node`, or everywhere. */
  release(jobId: number, attempt: number, node?: string): void;
  setPolicy(policy: Policy): void;
  setShares(shares: ShareTable): void;
  setLimits(limits: LimitTable): void;
  setReservations(windows: readonly ReservationWindow[]): void;
  plan(now: number): Plan;
  /** Of a waiting job, or of one that is only thought of. */
  explain(job: QueuedJob, now: number): Explanation;
  /** As `explain` in short, as it is before the next pass: cheap enough for each row of a page. */
  describeWait(job: QueuedJob, now: number): Wait;
  /** Why no node, were it empty and ready, could ever hold the job; null when one could, or while no node is known. */
  refuse(job: QueuedJob): string | null;
  room(node: string): Room | undefined;
  holdings(node: string): readonly Holding[];
  readonly waiting: number;
}
