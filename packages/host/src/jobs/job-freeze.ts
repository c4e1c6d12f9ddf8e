import { AppError } from '@weir/contract';
import type { EventHub } from '../events/event-hub.ts';
import { findNode } from '../nodes/node-store.ts';
import type { WriteContext } from '../store/group-commit.ts';
import type { JobRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { transitionJob } from './attempt-store.ts';
import { findJob } from './job-store.ts';

/** How long an answer waits for the runner's word. */
const WAIT_MS = 5_000;

interface Wish {
  readonly id: number;
  readonly actor: string;
  /** Frozen, or running on. */
  readonly paused: boolean;
}

/**
 * Stores the wish to freeze a job or to let it run on; the runner is told by whoever has its session, now or when it is back.
 * Returns the job as its runner then tells it, or after some seconds (at once when its node is away) as it is. Throws `state_conflict`.
 */
export async function freezeJob(parts: { store: Store; hub: EventHub }, wish: Wish): Promise<JobRow> {
  const { store, hub } = parts;
  const wished = await store.write((context) => storeWish(context, wish));
  const to = wish.paused ? 'paused' : 'running';
  const node = wished.node === null ? undefined : await findNode(store.read, wished.node);
  if (wished.state === to || (node?.session_host ?? null) === null) return wished;
  const look = () => findJob(store.read, wish.id);
  const changed = await hub.lookUntil({
    look: async () => ((row) => (row?.state === wished.state && row.attempt === wished.attempt ? undefined : row))(await look()),
    concerns: (event) => event.job_id === wish.id,
    waitMs: WAIT_MS,
    signal: new AbortController().signal,
  });
  return changed ?? (await look()) ?? wished;
}

async function storeWish(context: WriteContext, { id, actor, paused }: Wish): Promise<JobRow> {
  const row = await findJob(context.db, id);
  if (row === undefined) throw new AppError('job_not_found', `there is no job ${id}`, { field: 'job_id', value: id });
  const verb = paused ? 'pause' : 'resume';
  if (row.array !== null) throw new AppError('state_conflict', `job ${id} is an array: ${verb} its tasks`, { field: 'job_id', value: id });
  if (row.state !== 'running' && row.state !== 'paused')
    throw new AppError('state_conflict', `job ${id} is ${row.state}: only a ${paused ? 'running' : 'paused'} job can ${verb}`, {
      field: 'state',
      value: row.state,
    });
  const pauseWanted = paused ? 1 : 0;
  if (row.pause_wanted === pauseWanted && row.state === (paused ? 'paused' : 'running')) return row;
  const job = await transitionJob(context.db, { id, attempt: row.attempt, from: ['running', 'paused'] }, { pause_wanted: pauseWanted });
  if (job === undefined) throw new Error(`job ${id} changed in the middle of a transaction`);
  const subject = { jobId: id, workflowId: job.workflow_id, node: job.node, owner: job.user };
  await context.emit({ type: paused ? 'job.pausing' : 'job.resuming', ...subject, data: { attempt: job.attempt, by: actor } }, job);
  await context.audit({ actor, action: `job.${verb}`, subject: `job:${id}` });
  return job;
}
