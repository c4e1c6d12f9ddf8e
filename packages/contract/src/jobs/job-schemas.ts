import { Type, type Static } from 'typebox';
import { IdNumber, NullableTimestamp, Timestamp } from '../ids.ts';
import { JOB_STATES } from './job-states.ts';

const MAX_ARGS = 4096;
const MAX_TEXT = 1024 * 1024;
/** Text that can be an argument, a path or a variable of a process: no NUL. */
const processText = (maxLength: number) => Type.String({ maxLength, pattern: '^[^\\u0000]*$' });

export const JobKind = Type.Union([Type.Literal('command'), Type.Literal('script'), Type.Literal('vps'), Type.Literal('stage')]);
export type JobKind = Static<typeof JobKind>;
export const JobStateSchema = Type.Enum([...JOB_STATES]);

export const Environment = Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,254}$' }), processText(128 * 1024), {
  maxProperties: 1000,
  additionalProperties: false,
});

/** What a user may ask of a job: exactly one of `command` and `script`. */
export const JobCreate = Type.Object(
  {
    command: Type.Optional(Type.Array(processText(128 * 1024), { minItems: 1, maxItems: MAX_ARGS })),
    script: Type.Optional(Type.String({ minLength: 1, maxLength: MAX_TEXT, pattern: '^[^\\u0000]*$' })),
    /** Arguments of a script. */
    args: Type.Optional(Type.Array(processText(128 * 1024), { maxItems: MAX_ARGS })),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\u0000-\\u001f]*$' })),
    comment: Type.Optional(Type.String({ maxLength: 4096 })),
    cpus: Type.Optional(Type.Integer({ minimum: 1, maximum: 65536 })),
    /** Bytes reserved and enforced; absent = none reserved, no limit. */
    memory_bytes: Type.Optional(Type.Integer({ minimum: 1024 * 1024, maximum: Number.MAX_SAFE_INTEGER })),
    gpus: Type.Optional(Type.Integer({ minimum: 0, maximum: 1024 })),
    time_limit_ms: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
    /** From TERM to KILL when the job is stopped. */
    grace_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600_000 })),
    priority: Type.Optional(Type.Integer({ minimum: -1000, maximum: 1000 })),
    env: Type.Optional(Environment),
    workdir: Type.Optional(Type.String({ minLength: 1, maxLength: 4096, pattern: '^/[^\\u0000]*$' })),
    /** Run again when the node is lost. */
    requeue: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type JobCreate = Static<typeof JobCreate>;

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

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
