import { AppError, jobHasEnded, type Dependency } from '@weir/contract';
import type { Identity } from '../../identity/identity.ts';
import type { WriteContext } from '../../store/group-commit.ts';
import type { JobRow } from '../../store/schema.ts';
import type { Queries } from '../../store/store.ts';
import { findCauses, insertDependencies } from '../dependency-store.ts';
import { insertJob } from '../job-store.ts';
import type { JobDraft } from './job-draft.ts';

/** Stores a job with what it waits for and tells of it. The caller notes who did it. */
export async function storeDraft(context: WriteContext, draft: JobDraft, batchId: number | null = null): Promise<JobRow> {
  const job = await insertJob(context.db, batchId === null ? draft.row : { ...draft.row, batch_id: batchId });
  const depends = draft.depends.length > 0;
  if (depends) await insertDependencies(context.db, job.id, draft.depends);
  const data = { name: job.name, kind: job.kind, depends };
  await context.emit({ type: 'job.submitted', jobId: job.id, workflowId: job.workflow_id, owner: job.user, data }, job);
  return job;
}

/**
 * The jobs that a new one has to wait for: those that have not ended. Throws `dependency_unknown` for a job that is not there or not the
 * asker's: who may not see it does not learn that it exists.
 */
export async function checkDependencies(db: Queries, identity: Identity, depends: readonly Dependency[]): Promise<number[]> {
  if (depends.length === 0) return [];
  const causes = await findCauses(
    db,
    depends.map(({ job_id: id }) => id),
  );
  for (const { job_id: id } of depends) {
    const cause = causes.get(id);
    if (cause === undefined || (identity.role !== 'admin' && cause.user !== identity.user))
      throw new AppError('dependency_unknown', `there is no job ${id} to wait for`, { field: 'depends', value: id });
  }
  return [...causes].flatMap(([id, cause]) => (jobHasEnded(cause) ? [] : [id]));
}
