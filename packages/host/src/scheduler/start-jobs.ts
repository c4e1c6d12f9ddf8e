import { formatIndices, MAX_FRAME_BYTES, parseArraySpec } from '@weir/contract';
import { insertAllocations, type NewMember } from '../allocations/allocation-store.ts';
import { beginAttempt, transitionJob } from '../jobs/attempt-store.ts';
import type { ArrayRecord } from '../jobs/job-request.ts';
import { findJob, insertJob } from '../jobs/job-store.ts';
import { subjectOf } from '../jobs/subject-of.ts';
import { findReadyNodes } from '../nodes/node-store.ts';
import type { WriteContext } from '../store/group-commit.ts';
import { parseStored } from '../store/parse-json.ts';
import type { JobRow, NewJob } from '../store/schema.ts';

/** A start with everything that its nodes hold for it. */
export interface Placed {
  readonly jobId: number;
  readonly members: readonly NewMember[];
}

/** A start that is committed (or will be with its transaction). */
export interface Started {
  readonly job: JobRow;
  readonly members: readonly NewMember[];
}

/** Most bytes of what a launch adds to a job's own texts. */
const LAUNCH_BYTES = 64 * 1024;
const LOWEST_PORT = 20_000;
const PORTS = 12_000;

/**
 * Starts jobs that are still pending on nodes that still take jobs; any other (cancelled, or its node drained, lost or removed since the plan
 * was made) stays as it is and is not among what is returned.
 */
export async function startJobs(context: WriteContext, chunk: readonly Placed[]): Promise<Started[]> {
  const started: Started[] = [];
  for (const placed of await keepPossible(context, chunk)) {
    const job = await beginJob(context, placed);
    if (job !== undefined) started.push({ job, members: placed.members });
  }
  await commitStarts(context, started);
  return started;
}

async function beginJob(context: WriteContext, placed: Placed): Promise<JobRow | undefined> {
  const [first] = placed.members;
  if (first === undefined) throw new Error(`job ${placed.jobId} was placed nowhere`);
  const place = { node: first.node, gpuIds: first.gpu_ids, masterPort: choosePort(placed.jobId) };
  return beginAttempt(context.db, placed.jobId, place);
}

/** Starts the next tasks of an array: each becomes a job of its own, and the array's record is shorter by it. */
export async function startTasks(context: WriteContext, arrayId: number, starts: readonly Placed[]): Promise<Started[]> {
  const array = await findJob(context.db, arrayId);
  if (array?.state !== 'pending' || array.array === null) return [];
  const record = parseStored<ArrayRecord>(array.array);
  const waiting = record.waiting === '' ? [] : [...parseArraySpec(record.waiting).indices];
  const started: Started[] = [];
  for (const { members } of await keepPossible(context, starts)) {
    const index = waiting.shift();
    if (index === undefined) break;
    started.push({ job: await insertJob(context.db, makeTask(array, index, members)), members });
  }
  if (started.length === 0) return [];
  await commitStarts(context, started);
  const changes = {
    array: JSON.stringify({ ...record, waiting: formatIndices(waiting) }),
    ...(waiting.length === 0 ? { state: 'running' as const } : {}),
    started_at: array.started_at ?? Date.now(),
  };
  const changed = await transitionJob(context.db, { id: arrayId, from: ['pending'] }, changes);
  if (changed !== undefined) await context.emit({ type: 'job.updated', ...subjectOf(changed), data: { waiting: waiting.length } }, changed);
  return started;
}

/** What is placed on nodes that take jobs: on any other nobody would ever end it. */
async function keepPossible(context: WriteContext, placed: readonly Placed[]): Promise<Placed[]> {
  const nodes = new Set(placed.flatMap(({ members }) => members.map(({ node }) => node)));
  const ready = await findReadyNodes(context.db, [...nodes]);
  return placed.filter(({ members }) => members.every(({ node }) => ready.has(node)));
}

/** Ends a job that cannot be started for a reason of its own. */
export async function failStart(context: WriteContext, jobId: number, reason: string): Promise<void> {
  const changes = { state: 'failed' as const, ended_at: Date.now(), error_message: reason };
  const job = await transitionJob(context.db, { id: jobId, from: ['pending'] }, changes);
  if (job === undefined) return;
  await context.emit(
    { type: 'job.ended', ...subjectOf(job), data: { state: job.state, attempt: job.attempt, outcome: null, reason } },
    job,
  );
}

/** Books what rows that are not pending any more hold, and tells of it. */
async function commitStarts(context: WriteContext, started: readonly Started[]): Promise<void> {
  for (const { job } of started) {
    const bytes = measure(job);
    if (bytes > MAX_FRAME_BYTES) throw new TooLargeError(bytes);
  }
  await insertAllocations(
    context.db,
    started.map(({ job, members }) => ({ jobId: job.id, attempt: job.attempt, members })),
  );
  await context.emitAll(
    started.map(({ job, members }) => ({
      type: 'job.starting',
      ...subjectOf(job),
      data: { node: job.node, attempt: job.attempt, members },
    })),
    started.map(({ job }) => job),
  );
}

/** A job whose order would not fit into a frame. */
export class TooLargeError extends Error {
  constructor(bytes: number) {
    super(`its program is too large to be sent: ${bytes} bytes, at most ${MAX_FRAME_BYTES}`);
    this.name = 'TooLargeError';
  }
}

/** Bytes of the job's order; the texts alone are measured, and only where they could be too long. */
function measure(job: JobRow): number {
  const characters = job.program.length + job.env.length;
  if (characters * 3 + LAUNCH_BYTES < MAX_FRAME_BYTES) return 0;
  return Buffer.byteLength(job.program) + Buffer.byteLength(job.env) + LAUNCH_BYTES;
}

function makeTask(array: JobRow, index: number, members: readonly NewMember[]): NewJob {
  const [first] = members;
  const { id, ...row } = array;
  return {
    ...row,
    state: 'starting',
    attempt: 1,
    node: first?.node ?? null,
    gpu_ids: JSON.stringify(first?.gpu_ids ?? []),
    started_at: null,
    array: null,
    array_id: id,
    array_index: index,
    master_port: choosePort(id + index),
  };
}

/** Ports below those that systems give out by themselves (32768 on Linux); neighbours in the queue never get the same one. */
function choosePort(seed: number): number {
  return LOWEST_PORT + (seed % PORTS);
}
