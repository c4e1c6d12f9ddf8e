import { AppError, jobHasEnded } from '@weir/contract';
import { parseStored } from '../store/parse-json.ts';
import type { JobRow } from '../store/schema.ts';
import type { WriteContext } from '../store/group-commit.ts';
import { listOpenTasks } from './arrays/array-store.ts';
import { ALLOCATED_STATES, transitionJob } from './attempt-store.ts';
import { closeArray } from './attempts/array-end.ts';
import type { ArrayRecord } from './job-request.ts';
import { findJob } from './job-store.ts';

/**
 * Cancels inside a transaction: a waiting job ends, a job on a node is marked for its runner, of an array all of it. Returns the job as it is
 * then; one that has ended already is left as it was. Throws `job_not_found`.
 */
export async function cancelJob(context: WriteContext, cancel: { id: number; actor: string }): Promise<JobRow> {
  const { id, actor } = cancel;
  const row = await findJob(context.db, id);
  if (row === undefined) throw new AppError('job_not_found', `there is no job ${id}`, { field: 'job_id', value: id });
  if (jobHasEnded(row) || row.stop_by === 'user') return row;
  const cancelled =
    row.array === null ? await cancelOne(context, row, actor) : await cancelArray(context, { ...row, array: row.array }, actor);
  await context.audit({ actor, action: 'job.cancel', subject: `job:${id}` });
  return cancelled;
}

async function cancelOne(context: WriteContext, row: JobRow, actor: string): Promise<JobRow> {
  const { id } = row;
  const ended = await transitionJob(context.db, { id, from: ['pending'] }, { state: 'cancelled', ended_at: Date.now(), stop_by: 'user' });
  const changed = ended ?? (await transitionJob(context.db, { id, from: ALLOCATED_STATES, notStoppedByUser: true }, { stop_by: 'user' }));
  if (changed === undefined) return row;
  await tellCancel(context, changed, actor);
  if (ended !== undefined && ended.array_id !== null) await closeArray(context, ended.array_id);
  return changed;
}

/** What waits of it is gone at once; it ends with its last task, now when none is on a node. */
async function cancelArray(context: WriteContext, row: JobRow & { array: string }, actor: string): Promise<JobRow> {
  const { db } = context;
  const array = JSON.stringify({ ...parseStored<ArrayRecord>(row.array), waiting: '' });
  const marked = await transitionJob(db, { id: row.id, from: ['pending', 'running'] }, { state: 'running', array, stop_by: 'user' });
  if (marked === undefined) return row;
  await tellCancel(context, marked, actor);
  for (const id of await listOpenTasks(db, row.id)) {
    const task = await findJob(db, id);
    if (task !== undefined && task.stop_by !== 'user') await cancelOne(context, task, actor);
  }
  await closeArray(context, row.id);
  return (await findJob(db, row.id)) ?? marked;
}

async function tellCancel({ emit }: WriteContext, job: JobRow, actor: string): Promise<void> {
  const subject = { jobId: job.id, workflowId: job.workflow_id, node: job.node, owner: job.user };
  const data = { state: job.state, attempt: job.attempt, by: actor };
  await emit({ type: jobHasEnded(job) ? 'job.ended' : 'job.stopping', ...subject, data }, job);
}
