import { Type, type Static } from 'typebox';
import { JsonObject } from '../ids.ts';
import { LogStream } from '../jobs/job-schemas.ts';
import { CHECKPOINT_SIGNALS, EXECUTOR_KINDS } from '../jobs/job-request.ts';
import { StopCause } from '../jobs/outcome.ts';
import { StageProgram } from '../stages/stage-specs.ts';
import { STORE_ID_PATTERN } from './node-challenge.ts';

const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const attempt = { jobId: Id, attempt: Type.Integer({ minimum: 1 }) };

/** What to execute. */
export const Program = Type.Union([
  Type.Object({ kind: Type.Literal('command'), argv: Type.Array(Type.String(), { minItems: 1 }) }),
  /** Run by its `#!` line, else by /bin/sh. */
  Type.Object({ kind: Type.Literal('script'), text: Type.String(), args: Type.Array(Type.String()) }),
  /** A program of the stages package; its spec is handed over as a file named by WEIR_STAGE_SPEC. */
  Type.Object({ kind: Type.Literal('stage'), program: StageProgram, spec: JsonObject }),
]);
export type Program = Static<typeof Program>;

/** The nodes of an attempt in the order of their ranks, and which one this is; a job of one node is a gang of one. */
export const Gang = Type.Object({
  rank: Type.Integer({ minimum: 0 }),
  nodes: Type.Array(Type.Object({ name: Type.String(), address: Type.String() }), { minItems: 1 }),
  /** A port for the ranks to meet at, on the node of rank 0. */
  masterPort: Type.Integer({ minimum: 1024, maximum: 65535 }),
  tasksPerNode: Type.Integer({ minimum: 1 }),
  cpusPerTask: Type.Integer({ minimum: 0 }),
});
export type Gang = Static<typeof Gang>;

/** Everything a runner needs to execute one attempt. */
export const Launch = Type.Object({
  name: Type.String(),
  user: Type.String(),
  program: Program,
  env: Type.Record(Type.String(), Type.String()),
  workdir: Type.Union([Type.String(), Type.Null()]),
  cpus: Type.Integer({ minimum: 0 }),
  /** Enforced when given. */
  memoryBytes: Type.Union([Type.Integer(), Type.Null()]),
  gpuIds: Type.Array(Type.Integer()),
  timeLimitMs: Type.Union([Type.Integer(), Type.Null()]),
  graceMs: Type.Integer({ minimum: 0 }),
  executor: Type.Enum([...EXECUTOR_KINDS]),
  /** CPUs to bind to, with the memory of their NUMA node; empty = not bound. */
  cpuIds: Type.Array(Type.Integer({ minimum: 0 })),
  numa: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
  /** Files for the output, patterns filled in by the host except `%N`; null = the node's own log folder. */
  stdout: Type.Union([Type.String(), Type.Null()]),
  stderr: Type.Union([Type.String(), Type.Null()]),
  array: Type.Union([Type.Object({ id: Id, index: Type.Integer({ minimum: 0 }) }), Type.Null()]),
  gang: Gang,
});
export type Launch = Static<typeof Launch>;

/**
 * Frames from host to runner, JSON text.
 *
 * welcome    answer to hello: for each attempt the runner reported and the host still wants, the byte of its event file to go on from.
 *            A reported attempt that is not listed is superseded: the runner stops it and forgets it without reporting.
 *            `lostAfterMs`: a node that is silent for so long loses its jobs. `storeId`: whose attempts they are.
 * start      idempotent by (jobId, attempt); repeated after every hello until reported
 * stop       `signal` (TERM unless the job asked for another before preemption), graceMs, KILL for the whole process tree; idempotent
 * endedAck   the end is committed: the runner may forget the attempt (its log files stay)
 * eventsAck  event lines up to `offset` are committed
 * readLog    answered by one binary log frame, or by logFailed
 * forget     delete the log files of a job
 * removed    the node was removed: all its attempts are superseded; the host closes the session
 */
export const HostFrame = Type.Union([
  Type.Object({
    type: Type.Literal('welcome'),
    version: Type.Integer(),
    heartbeatMs: Type.Integer({ minimum: 1 }),
    lostAfterMs: Type.Integer({ minimum: 1 }),
    storeId: Type.String({ pattern: STORE_ID_PATTERN }),
    attempts: Type.Array(Type.Object({ ...attempt, eventsOffset: Type.Integer({ minimum: 0 }) })),
  }),
  Type.Object({ type: Type.Literal('start'), ...attempt, launch: Launch }),
  Type.Object({
    type: Type.Literal('stop'),
    ...attempt,
    by: StopCause,
    graceMs: Type.Integer({ minimum: 0 }),
    signal: Type.Enum([...CHECKPOINT_SIGNALS]),
  }),
  Type.Object({ type: Type.Literal('pause'), ...attempt }),
  Type.Object({ type: Type.Literal('resume'), ...attempt }),
  Type.Object({ type: Type.Literal('endedAck'), ...attempt }),
  Type.Object({ type: Type.Literal('eventsAck'), ...attempt, offset: Type.Integer({ minimum: 0 }) }),
  Type.Object({
    type: Type.Literal('readLog'),
    requestId: Id,
    ...attempt,
    stream: LogStream,
    /** First byte wanted; ignored with tailLines. */
    offset: Type.Integer({ minimum: 0 }),
    /** Start at the last N lines instead (at most the last 64 MiB are looked at). */
    tailLines: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
    /** Most bytes of the answer. */
    limit: Type.Integer({ minimum: 1, maximum: 4 * 1024 * 1024 }),
    /** How long to wait for a byte when there is none yet and the attempt still runs. */
    waitMs: Type.Integer({ minimum: 0, maximum: 60_000 }),
  }),
  Type.Object({ type: Type.Literal('forget'), jobId: Id }),
  Type.Object({ type: Type.Literal('removed') }),
]);
export type HostFrame = Static<typeof HostFrame>;
