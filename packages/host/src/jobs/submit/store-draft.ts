import { AppError, jobHasEnded, type Dependency } from '@weir/contract';
import type { NewEvent } from '../../events/event-store.ts';
import type { Identity } from '../../identity/identity.ts';
import type { WriteContext } from '../../store/group-commit.ts';
import type { JobRow } from '../../store/schema.ts';
import type { Queries } from '../../store/store.ts';
import { findCauses, insertDependencies } from '../dependency-store.ts';
import { insertJob, insertJobs } from '../job-store.ts';
import { subjectOf } from '../subject-of.ts';
import type { JobDraft } from './job-draft.ts';

/** Stores a job with what it waits for and tells of it. The caller notes who did it. */
export async function storeDraft(context: WriteContext, draft: JobDraft): Promise<JobRow> {
  const job = await insertJob(context.db, draft.row);
  if (draft.depends.length > 0) await insertDependencies(context.db, [job.id], draft.depends);
  await context.emit(makeSubmitted(job, draft.depends), job);
  return job;
}

/** As `storeDraft`, of several that wait for the same, at least one: all have the id of the first as their batch. */
export async function storeDrafts(context: WriteContext, [first, ...others]: readonly [JobDraft, ...JobDraft[]]): Promise<JobRow[]> {
  const leader = await insertJob(context.db, first.row);
  const followers = await insertJobs(
    context.db,
    others.map(({ row }) => ({ ...row, batch_id: leader.id })),
  );
  const jobs = [leader, ...followers];
  const ids = jobs.map(({ id }) => id);
  await insertDependencies(context.db, ids, first.depends);
  await context.emitAll(
    jobs.map((job) => makeSubmitted(job, first.depends)),
    jobs,
  );
  return jobs;
}

function makeSubmitted(job: JobRow, depends: readonly Dependency[]): NewEvent {
  const data = { name: job.name, kind: job.kind, depends: depends.length > 0 };
  return { type: 'job.submitted', ...subjectOf(job), data };
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
