import { AppError } from '@weir/contract';
import type { Logger } from '@weir/runtime';
import type { Leadership } from '../cluster/leadership.ts';
import { writeAsLeader } from '../cluster/leader-write.ts';
import { markStopping } from '../jobs/attempt-store.ts';
import { subjectOf } from '../jobs/subject-of.ts';
import type { WriteContext } from '../store/group-commit.ts';
import type { Store } from '../store/store.ts';
import type { Plan, Preemption } from './core/model.ts';
import type { Mirror } from './mirror/mirror.ts';
import { placeMembers } from './place-members.ts';
import { failStart, startJobs, startTasks, TooLargeError, type Placed, type Started } from './start-jobs.ts';

/** Starts that share one operation: one that fails makes the others of it be committed one by one. */
const CHUNK = 50;

export interface CommitParts {
  readonly store: Pick<Store, 'write'>;
  readonly mirror: Mirror;
  readonly leadership: Leadership;
  readonly log: Logger;
}

/**
 * Makes a plan true. A job that cannot be started for a reason of its own ends alone: those planned with it start.
 * Throws `store_unavailable`, once nothing of the plan is under way any more: what of it was stored is not known then.
 */
export async function commitPlan(parts: CommitParts, plan: Plan): Promise<void> {
  const placed = placeMembers(parts.mirror.copy, plan.starts);
  const { arrays } = parts.mirror.copy.waiting;
  const [tasks, jobs] = [placed.filter(({ jobId }) => arrays.has(jobId)), placed.filter(({ jobId }) => !arrays.has(jobId))];
  const work: Promise<void>[] = [];
  for (let from = 0; from < jobs.length; from += CHUNK) work.push(startAll(parts, jobs.slice(from, from + CHUNK)));
  for (const [arrayId, starts] of Map.groupBy(tasks, ({ jobId }) => jobId))
    work.push(startAlone(parts, arrayId, (context) => startTasks(context, arrayId, starts)));
  if (plan.preemptions.length > 0) work.push(writeAsLeader(parts, (context) => preemptAll(context, plan.preemptions)));
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failed === undefined) return;
  parts.mirror.doubt();
  throw failed.reason;
}

async function startAll(parts: CommitParts, chunk: readonly Placed[]): Promise<void> {
  try {
    await commitStarts(parts, (context) => startJobs(context, chunk));
  } catch (cause) {
    if (isOfTheStore(cause)) throw cause;
    await Promise.all(chunk.map((placed) => startAlone(parts, placed.jobId, (context) => startJobs(context, [placed]))));
  }
}

async function startAlone(parts: CommitParts, jobId: number, start: (context: WriteContext) => Promise<Started[]>): Promise<void> {
  try {
    await commitStarts(parts, start);
  } catch (cause) {
    if (isOfTheStore(cause)) throw cause;
    parts.log.error({ err: cause, job: jobId }, 'job cannot be started');
    const reason = cause instanceof TooLargeError ? cause.message : 'it could not be placed: the log of the host has the cause';
    await writeAsLeader(parts, (context) => failStart(context, jobId, reason));
  }
}

/** The copy knows what is committed before anything else is planned, however late the events of it are told. */
async function commitStarts(parts: CommitParts, start: (context: WriteContext) => Promise<Started[]>): Promise<void> {
  const started = await writeAsLeader(parts, start);
  for (const { job, members } of started ?? []) parts.mirror.noteStarted(job, members);
}

async function preemptAll(context: WriteContext, preemptions: readonly Preemption[]): Promise<void> {
  for (const preemption of preemptions) {
    const job = await markStopping(context.db, preemption, 'preempted');
    if (job === undefined) continue;
    const data = { attempt: job.attempt, for_job_id: preemption.forJobId };
    await context.emit({ type: 'job.preempting', ...subjectOf(job), data }, job);
  }
}

/** The store did not take it: that says nothing about the jobs. */
function isOfTheStore(cause: unknown): boolean {
  return cause instanceof AppError && cause.code === 'store_unavailable';
}
