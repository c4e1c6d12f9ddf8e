import { Type, type Static } from 'typebox';
import { IdNumber, NullableTimestamp, Timestamp } from '../ids.ts';
import { Dependency, EXECUTOR_KINDS, JOB_CLASSES, Labels, Target } from './job-request.ts';
import { JOB_STATES } from './job-states.ts';

export const JobKind = Type.Union([Type.Literal('command'), Type.Literal('script'), Type.Literal('vps'), Type.Literal('stage')]);
export type JobKind = Static<typeof JobKind>;
export const JobStateSchema = Type.Enum([...JOB_STATES]);

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** What one node gives, or gave, to the current or last attempt of a job; rank 0 is the first. */
export const JobMember = Type.Object({
  rank: Type.Integer(),
  node: Type.String(),
  cpus: Type.Integer(),
  /** CPUs that it is bound to; empty = not bound. */
  cpu_ids: Type.Array(Type.Integer()),
  numa: Nullable(Type.Integer()),
  memory_bytes: Type.Integer(),
  gpu_ids: Type.Array(Type.Integer()),
  released: Type.Boolean(),
  exit_code: Nullable(Type.Integer()),
  exit_signal: Nullable(Type.Integer()),
  /** How it ended, for people; null before, and for a plain success. */
  reason: Nullable(Type.String()),
});
export type JobMember = Static<typeof JobMember>;

/** An array's tasks by what became of them; each task is a job of its own once it starts. */
export const JobArray = Type.Object({
  spec: Type.String(),
  /** Most tasks at once; null = no limit. */
  parallel: Nullable(Type.Integer()),
  tasks: Type.Integer(),
  waiting: Type.Integer(),
  active: Type.Integer(),
  completed: Type.Integer(),
  failed: Type.Integer(),
});
export type JobArray = Static<typeof JobArray>;

/** A job as the API shows it. Times are ISO 8601 UTC; facts are null while they do not exist. */
export const Job = Type.Object({
  job_id: IdNumber,
  name: Type.String(),
  user: Type.String(),
  kind: JobKind,
  state: JobStateSchema,
  /** Why it waits or how it ended, for people. */
  reason: Nullable(Type.String()),
  attempt: Type.Integer(),
  node: Nullable(Type.String()),
  cpus: Type.Integer(),
  memory_bytes: Nullable(Type.Integer()),
  gpus: Type.Integer(),
  gpu_ids: Type.Array(Type.Integer()),
  priority: Type.Integer(),
  time_limit_ms: Nullable(Type.Integer()),
  command: Nullable(Type.Array(Type.String())),
  workdir: Nullable(Type.String()),
  comment: Nullable(Type.String()),
  requeue: Type.Boolean(),
  submitted_at: Timestamp,
  started_at: NullableTimestamp,
  ended_at: NullableTimestamp,
  exit_code: Nullable(Type.Integer()),
  exit_signal: Nullable(Type.Integer()),
  workflow_id: Nullable(IdNumber),
  stage: Nullable(Type.String()),
  account: Type.String(),
  class: Type.Enum([...JOB_CLASSES]),
  partition: Nullable(Type.String()),
  labels: Labels,
  target: Nullable(Target),
  executor: Type.Enum([...EXECUTOR_KINDS]),
  exclusive: Type.Boolean(),
  gpu_type: Nullable(Type.String()),
  gpu_memory_bytes: Nullable(Type.Integer()),
  /** Nodes asked for; `members` tells those that the current or last attempt has or had. */
  nodes: Type.Integer(),
  ntasks_per_node: Nullable(Type.Integer()),
  cpus_per_task: Nullable(Type.Integer()),
  members: Type.Array(JobMember),
  /** Of a job on several nodes: the rank whose end failed it, or for which the others are being ended; else null. */
  failed_rank: Nullable(Type.Integer()),
  /** Id of the first job that was submitted with it; its own when it was alone. */
  batch_id: IdNumber,
  /** Of an array as a whole. */
  array: Nullable(JobArray),
  /** Of one task of an array. */
  array_id: Nullable(IdNumber),
  array_index: Nullable(Type.Integer()),
  depends: Type.Array(Dependency),
  begin_at: NullableTimestamp,
  stdout: Nullable(Type.String()),
  stderr: Nullable(Type.String()),
  /** How often it made room for a job of a higher class. */
  preemptions: Type.Integer(),
});
export type Job = Static<typeof Job>;

export const JobList = Type.Object({
  jobs: Type.Array(Job),
  /** Give as `before` for the next page; null on the last one. */
  next_before: Nullable(IdNumber),
  total: Type.Integer(),
});
export type JobList = Static<typeof JobList>;

export const LogStream = Type.Union([Type.Literal('stdout'), Type.Literal('stderr')]);
export type LogStream = Static<typeof LogStream>;

/** Answer to a batch: what was queued and what was refused, each in the order asked. */
export const Batch = Type.Object({
  batch_id: IdNumber,
  jobs: Type.Array(Job),
  refused: Type.Array(Type.Object({ index: Type.Integer(), target: Nullable(Target), code: Type.String(), reason: Type.String() })),
});
export type Batch = Static<typeof Batch>;

export const WAIT_KINDS = [
  'not_pending',
  'no_nodes',
  'never_fits',
  'resources',
  'priority',
  'dependency',
  'begin_time',
  'limit',
  'array_limit',
  'reservation',
  'starting_now',
] as const;

/** Why a job does not start now, and what would let it. */
export const JobWhy = Type.Object({
  job_id: Nullable(IdNumber),
  kind: Type.Enum([...WAIT_KINDS]),
  /** For people: one line. */
  reason: Type.String(),
  /** Jobs that deserve to start earlier. */
  jobs_ahead: Type.Integer(),
  /** The first of them (at most 20). */
  ahead: Type.Array(IdNumber),
  /** Its place in the order, higher starts earlier; the parts add up to it. */
  priority: Type.Object({ total: Type.Number(), age: Type.Number(), fair_share: Type.Number(), size: Type.Number(), user: Type.Number() }),
  /** From time limits of what runs; null when nothing can be said. */
  estimated_start: NullableTimestamp,
  /** Nodes where it would start now or is booked to start. */
  nodes: Type.Array(Type.String()),
  /** The smallest changes that would start it now, each alone: of its request, or of a node (`drained`: to be resumed); empty when none does. */
  changes: Type.Array(
    Type.Object({
      field: Type.String(),
      from: Nullable(Type.Union([Type.Number(), Type.String()])),
      to: Nullable(Type.Union([Type.Number(), Type.String()])),
      node: Nullable(Type.String()),
    }),
  ),
});
export type JobWhy = Static<typeof JobWhy>;

/** What may change in a job that waits; null takes a limit or a time back. */
export const JobUpdate = Type.Object(
  {
    priority: Type.Optional(Type.Integer({ minimum: -1000, maximum: 1000 })),
    time_limit_ms: Type.Optional(Nullable(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }))),
    begin_at: Type.Optional(NullableTimestamp),
    comment: Type.Optional(Nullable(Type.String({ maxLength: 4096, pattern: '^[^\\u0000]*$' }))),
  },
  { additionalProperties: false },
);
export type JobUpdate = Static<typeof JobUpdate>;
