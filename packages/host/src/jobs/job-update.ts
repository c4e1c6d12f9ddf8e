import { AppError, type JobUpdate } from '@weir/contract';
import type { WriteContext } from '../store/group-commit.ts';
import type { JobRow } from '../store/schema.ts';
import { readInstant } from '../store/time.ts';
import { transitionJob } from './attempt-store.ts';
import { findJob } from './job-store.ts';

/** Changes a job that waits, and tells of it; throws `state_conflict` when it waits no more. Nothing given changes nothing. */
export async function updateJob(
  context: WriteContext,
  change: { readonly id: number; readonly actor: string; readonly update: JobUpdate },
): Promise<JobRow> {
  const { id, actor, update } = change;
  const current = await findJob(context.db, id);
  if (current === undefined) throw new AppError('job_not_found', `there is no job ${id}`, { field: 'job_id', value: id });
  if (current.state !== 'pending')
    throw new AppError('state_conflict', `job ${id} is ${current.state}: only a job that waits can be changed`, {
      field: 'state',
      value: current.state,
    });
  const changes = {
    ...(update.priority === undefined ? {} : { priority: update.priority }),
    ...(update.time_limit_ms === undefined ? {} : { time_limit_ms: update.time_limit_ms }),
    ...(update.begin_at === undefined ? {} : { begin_at: update.begin_at === null ? null : readInstant('begin_at', update.begin_at) }),
    ...(update.comment === undefined ? {} : { comment: update.comment }),
  };
  if (Object.keys(changes).length === 0) return current;
  const job = await transitionJob(context.db, { id, from: ['pending'] }, changes);
  if (job === undefined) throw new Error(`job ${id} changed in the middle of a transaction`);
  await context.emit(
    { type: 'job.updated', jobId: id, workflowId: job.workflow_id, owner: job.user, data: { ...changes, by: actor } },
    job,
  );
  await context.audit({ actor, action: 'job.update', subject: `job:${id}`, detail: changes });
  return job;
}
