import { MAX_FRAME_BYTES, type HostFrame, type Launch, type Program } from '@weir/contract';
import { Loop, type Logger } from '@weir/runtime';
import { insertAllocation } from '../allocations/allocation-store.ts';
import { beginAttempt, listPendingJobs, transitionJob } from '../jobs/job-store.ts';
import type { NodeService } from '../nodes/node-service.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import type { WriteContext } from '../store/group-commit.ts';
import { parseStored } from '../store/parse-json.ts';
import type { JobRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { planPlacements, type Placement as Planned } from './core/plan.ts';

/** Jobs looked at in one pass: far more than one pass can start on a small fleet. */
const QUEUE_WINDOW = 2_000;
const PERIOD_MS = 5_000;

export type Placement = Loop;

export interface PlacementParts {
  readonly store: Store;
  readonly nodes: NodeService;
  readonly sessions: SessionRegistry;
  readonly log: Logger;
}

/** Starts what can start: loads a snapshot, plans, commits allocations under a guard, then gives the orders. */
export function makePlacementLoop(parts: PlacementParts): Placement {
  return new Loop({ name: 'placement', periodMs: PERIOD_MS, log: parts.log, run: () => placeJobs(parts) });
}

async function placeJobs(parts: PlacementParts): Promise<void> {
  const pending = await listPendingJobs(parts.store.read, QUEUE_WINDOW);
  if (pending.length === 0) return;
  const queue = pending.map((job) => ({ id: job.id, cpus: job.cpus, memoryBytes: job.memory_bytes ?? 0, gpus: job.gpus }));
  const plan = planPlacements({ nodes: await parts.nodes.listForPlan(), queue });
  await Promise.all(plan.map((placement) => startJob(parts, placement)));
}

/** Starts one job. A job that cannot be started for a reason of its own ends alone: those planned with it start. */
async function startJob(parts: PlacementParts, placement: Planned): Promise<void> {
  const { store, log } = parts;
  try {
    const job = await store.write((context) => commitPlacement(context, placement));
    if (job !== undefined) deliverStart(parts.sessions, job);
  } catch (cause) {
    if (store.health() !== 'ok') throw cause;
    log.error({ err: cause, job: placement.jobId, node: placement.node }, 'job cannot be started');
    await store.write((context) => failJob(context, placement.jobId, 'it could not be placed: the log of the host has the cause'));
  }
}

/** Undefined when the job is not pending any more (the plan is stale there and is dropped) or was ended for being too large. */
async function commitPlacement(context: WriteContext, placement: Planned): Promise<JobRow | undefined> {
  const { db, emit } = context;
  const job = await beginAttempt(db, placement.jobId, { node: placement.node, gpuIds: placement.gpuIds });
  if (job === undefined) return undefined;
  const bytes = Buffer.byteLength(JSON.stringify(makeStart(job)));
  if (bytes > MAX_FRAME_BYTES) {
    await failJob(context, job.id, `its program is too large to be sent: ${bytes} bytes, at most ${MAX_FRAME_BYTES}`);
    return undefined;
  }
  await insertAllocation(db, {
    jobId: job.id,
    attempt: job.attempt,
    node: placement.node,
    cpus: job.cpus,
    memoryBytes: job.memory_bytes ?? 0,
    gpuIds: placement.gpuIds,
  });
  const data = { node: placement.node, attempt: job.attempt };
  await emit({ type: 'job.starting', jobId: job.id, workflowId: job.workflow_id, node: placement.node, owner: job.user, data });
  return job;
}

async function failJob({ db, emit }: WriteContext, id: number, reason: string): Promise<void> {
  const changes = { state: 'failed' as const, ended_at: Date.now(), error_message: reason };
  const job = await transitionJob(db, { id, from: ['pending', 'starting'] }, changes);
  if (job === undefined) return;
  const data = { state: job.state, attempt: job.attempt, outcome: null, reason };
  await emit({ type: 'job.ended', jobId: id, workflowId: job.workflow_id, node: job.node, owner: job.user, data });
}

/** Sends the order to the job's node; a runner that is away gets it when it returns. */
export function deliverStart(sessions: SessionRegistry, job: JobRow): void {
  if (job.node !== null) sessions.find(job.node)?.send(makeStart(job));
}

function makeStart(job: JobRow): HostFrame {
  return { type: 'start', jobId: job.id, attempt: job.attempt, launch: makeLaunch(job) };
}

function makeLaunch(job: JobRow): Launch {
  return {
    name: job.name,
    user: job.user,
    program: parseStored<Program>(job.program),
    env: parseStored<Record<string, string>>(job.env),
    workdir: job.workdir,
    cpus: job.cpus,
    memoryBytes: job.memory_bytes,
    gpuIds: parseStored<number[]>(job.gpu_ids),
    timeLimitMs: job.time_limit_ms,
    graceMs: job.grace_ms,
    executor: job.executor,
    cpuIds: [],
    numa: null,
    stdout: null,
    stderr: null,
    array: null,
    gang: { rank: 0, nodes: [{ name: job.node ?? '', address: '' }], masterPort: 29_500, tasksPerNode: 1, cpusPerTask: job.cpus },
  };
}
