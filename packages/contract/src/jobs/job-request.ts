import { Type, type Static } from 'typebox';
import { Identifier, IdNumber, Timestamp } from '../ids.ts';

const MAX_ARGS = 4096;
const MAX_TEXT = 1024 * 1024;
/** Text that can be an argument, a path or a variable of a process: no NUL. */
const processText = (maxLength: number) => Type.String({ maxLength, pattern: '^[^\\u0000]*$' });

export const Environment = Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,254}$' }), processText(128 * 1024), {
  maxProperties: 1000,
  additionalProperties: false,
});

/** Labels of a node, or those that a job asks of its node. */
export const Labels = Type.Record(
  Type.String({ pattern: '^[A-Za-z0-9]([A-Za-z0-9_./-]{0,61}[A-Za-z0-9])?$' }),
  Type.String({ maxLength: 63, pattern: '^[A-Za-z0-9_.-]*$' }),
  { maxProperties: 64, additionalProperties: false },
);
export type Labels = Static<typeof Labels>;

/** One place that a job must run at: a node, one of its NUMA nodes, these GPUs of it. */
export const Target = Type.Object(
  {
    node: Identifier,
    numa: Type.Optional(Type.Integer({ minimum: 0, maximum: 1023 })),
    gpu_ids: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 1023 }), { minItems: 1, maxItems: 1024, uniqueItems: true })),
  },
  { additionalProperties: false },
);
export type Target = Static<typeof Target>;

/**
 * Classes, lowest first. A job of a higher class may preempt running jobs of a lower one (checkpoint signal, grace, back to the queue).
 *
 * scavenger  takes what is left over; goes back to the queue when it has to make room
 * normal     the default
 * urgent     for admins
 */
export const JOB_CLASSES = ['scavenger', 'normal', 'urgent'] as const;
export type JobClass = (typeof JOB_CLASSES)[number];

/** How a node is chosen among those that fit: fullest, emptiest by share of CPUs, emptiest by measured load, in turn. */
export const STRATEGIES = ['binpack', 'spread', 'least_loaded', 'round_robin'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export const EXECUTOR_KINDS = ['process', 'systemd'] as const;
export type ExecutorKind = (typeof EXECUTOR_KINDS)[number];

export const DEPENDENCY_KINDS = ['afterok', 'afterany', 'afternotok'] as const;
export type DependencyKind = (typeof DEPENDENCY_KINDS)[number];

/** Waits for the end of another job; a job with one that can never be met any more is cancelled. */
export const Dependency = Type.Object({ kind: Type.Enum([...DEPENDENCY_KINDS]), job_id: IdNumber }, { additionalProperties: false });
export type Dependency = Static<typeof Dependency>;

/** Signals that a job may ask for before it is preempted. */
export const CHECKPOINT_SIGNALS = ['TERM', 'INT', 'HUP', 'USR1', 'USR2'] as const;

/** What a user may ask of a job: exactly one of `command` and `script`. CPUs, memory and GPUs are per node. */
export const JobCreate = Type.Object(
  {
    command: Type.Optional(Type.Array(processText(128 * 1024), { minItems: 1, maxItems: MAX_ARGS })),
    script: Type.Optional(Type.String({ minLength: 1, maxLength: MAX_TEXT, pattern: '^[^\\u0000]*$' })),
    /** Arguments of a script. */
    args: Type.Optional(Type.Array(processText(128 * 1024), { maxItems: MAX_ARGS })),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\u0000-\\u001f]*$' })),
    comment: Type.Optional(Type.String({ maxLength: 4096, pattern: '^[^\\u0000]*$' })),
    /** 0 = none reserved and no limit. Absent: `ntasks_per_node` x `cpus_per_task`, else 1. */
    cpus: Type.Optional(Type.Integer({ minimum: 0, maximum: 65536 })),
    ntasks_per_node: Type.Optional(Type.Integer({ minimum: 1, maximum: 65536 })),
    cpus_per_task: Type.Optional(Type.Integer({ minimum: 1, maximum: 65536 })),
    /** Bytes reserved and enforced; absent = none reserved, no limit. */
    memory_bytes: Type.Optional(Type.Integer({ minimum: 1024 * 1024, maximum: Number.MAX_SAFE_INTEGER })),
    gpus: Type.Optional(Type.Integer({ minimum: 0, maximum: 1024 })),
    /** Part of the GPU's name, case ignored: `a100`. */
    gpu_type: Type.Optional(Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f]*$' })),
    /** Least memory of each GPU. */
    gpu_memory_bytes: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
    /** The whole node, whatever its size; nobody else is on it meanwhile. */
    exclusive: Type.Optional(Type.Boolean()),
    /** Nodes of a gang: all start together or none does. */
    nodes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    target: Type.Optional(Target),
    labels: Type.Optional(Labels),
    /** Nodes labelled with another partition are left out. */
    partition: Type.Optional(Type.String({ minLength: 1, maxLength: 63, pattern: '^[A-Za-z0-9_.-]*$' })),
    strategy: Type.Optional(Type.Enum([...STRATEGIES])),
    account: Type.Optional(Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\u0000-\\u001f]*$' })),
    class: Type.Optional(Type.Enum([...JOB_CLASSES])),
    priority: Type.Optional(Type.Integer({ minimum: -1000, maximum: 1000 })),
    time_limit_ms: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
    /** From TERM to KILL when the job is stopped. */
    grace_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600_000 })),
    /** Sent when the job is preempted, `grace_ms` before KILL. Absent: TERM. */
    checkpoint_signal: Type.Optional(Type.Enum([...CHECKPOINT_SIGNALS])),
    depends: Type.Optional(Type.Array(Dependency, { maxItems: 1000 })),
    /** Indices of an array: `1-100`, `1-100:2`, `1,5,9`, with `%8` for at most eight at once. */
    array: Type.Optional(Type.String({ minLength: 1, maxLength: 1024, pattern: '^[0-9,:%-]*$' })),
    begin_at: Type.Optional(Timestamp),
    /** Run again when the node is lost. */
    requeue: Type.Optional(Type.Boolean()),
    /** Queue it although no known node could ever hold it: it waits for one that does. */
    hold: Type.Optional(Type.Boolean()),
    executor: Type.Optional(Type.Enum([...EXECUTOR_KINDS])),
    env: Type.Optional(Environment),
    workdir: Type.Optional(Type.String({ minLength: 1, maxLength: 4096, pattern: '^/[^\\u0000]*$' })),
    /** File for the output instead of the node's own log folder, relative to `workdir`; `%j` job, `%a` index, `%n` name, `%N` node, `%u` user. */
    stdout: Type.Optional(Type.String({ minLength: 1, maxLength: 4096, pattern: '^[^\\u0000]*$' })),
    stderr: Type.Optional(Type.String({ minLength: 1, maxLength: 4096, pattern: '^[^\\u0000]*$' })),
  },
  { additionalProperties: false },
);
export type JobCreate = Static<typeof JobCreate>;

/** Several jobs at once: one per target, or one per command; they share a batch id. */
export const BatchCreate = Type.Object(
  {
    job: JobCreate,
    targets: Type.Optional(Type.Array(Target, { minItems: 1, maxItems: 1000 })),
    commands: Type.Optional(
      Type.Array(Type.Array(processText(128 * 1024), { minItems: 1, maxItems: MAX_ARGS }), { minItems: 1, maxItems: 10_000 }),
    ),
  },
  { additionalProperties: false },
);
export type BatchCreate = Static<typeof BatchCreate>;
