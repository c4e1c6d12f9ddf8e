import { JOB_STATE_RULES, type Outcome } from '@weir/contract';
import { listMembers, releaseMember, type Allocation } from '../../allocations/allocation-store.ts';
import type { WriteContext } from '../../store/group-commit.ts';
import type { JobRow } from '../../store/schema.ts';
import { ALLOCATED_STATES, endSingle, findAttempt, isGang, markStopping, transitionJob, type AttemptKey } from '../attempt-store.ts';
import { describeEnd } from '../job-view.ts';
import { subjectOf } from '../subject-of.ts';
import { closeArray } from './array-end.ts';
import { findDecisivePart, findFailedPart, isSuccess, type EndedPart } from './gang-outcome.ts';
import { changesAfterOwnEnd, chooseChanges, type AttemptEnd } from './job-end.ts';
import { addUsage } from './usage-store.ts';

/** How one node's part of an attempt ended. */
export interface MemberEnd extends AttemptKey, AttemptEnd {}

/**
 * Ends one node's part of an attempt and gives back what it held; with the last part the job ends or goes back to the queue.
 * All of it is one transaction. A part that has ended already, and an attempt that is superseded or over, stay as they are.
 */
export async function recordEnd(context: WriteContext, end: MemberEnd, usageHalfLifeMs: number): Promise<void> {
  const now = Date.now();
  const part = await releaseMember(context.db, end, { outcome: end.outcome, now });
  if (part === undefined) return;
  const changes = changesAfterOwnEnd(end);
  const ended = changes && (await endSingle(context.db, end, changes));
  const job = ended ?? (await findAttempt(context.db, end.jobId, end.attempt));
  // Something was held for an attempt that is over: it is given back now, and nobody is charged.
  if (job === undefined) return;
  await addUsage(context.db, { job, part, now, halfLifeMs: usageHalfLifeMs });
  if (ended !== undefined) return tellEnd(context, ended, end);
  if (!isGang(job)) return endJob(context, job, end);
  const members = await listMembers(context.db, job.id, job.attempt);
  if (members.some(({ releasedAt }) => releasedAt === null)) return leaveGang(context, { job, part, end });
  const { outcome } = findDecisivePart(members) ?? end;
  await endJob(context, job, { ...end, outcome, failed: findFailedPart(members) });
}

async function endJob(context: WriteContext, job: JobRow, end: AttemptEnd & { readonly failed?: EndedPart | undefined }): Promise<void> {
  const changes = await chooseChanges(context.db, job, end);
  const ended = await transitionJob(context.db, { id: job.id, attempt: job.attempt, from: ALLOCATED_STATES }, changes);
  if (ended === undefined) throw new Error(`job ${job.id} changed in the middle of a transaction`);
  await tellEnd(context, ended, end);
}

/** How an attempt ended, and by which of several parts. */
interface ToldEnd {
  readonly outcome: Outcome;
  readonly failed?: EndedPart | undefined;
}

async function tellEnd(context: WriteContext, job: JobRow, end: ToldEnd): Promise<void> {
  await emitEnd(context, job, end);
  if (job.array_id !== null && JOB_STATE_RULES[job.state].terminal) await closeArray(context, job.array_id);
}

/** One part is gone and others go on; after a bad end they are told to stop. */
async function leaveGang(context: WriteContext, left: { job: JobRow; part: Allocation; end: MemberEnd }): Promise<void> {
  const { job, part, end } = left;
  const data = { attempt: job.attempt, released: end.node, rank: part.rank, outcome: end.outcome };
  await context.emit({ type: 'job.updated', ...subjectOf(job), data }, job);
  if (isSuccess(end.outcome)) return;
  const stopped = await markStopping(context.db, { jobId: job.id, attempt: job.attempt }, 'gang');
  if (stopped === undefined) return;
  const stopping = { state: stopped.state, attempt: stopped.attempt, by: 'gang', node: end.node };
  await context.emit({ type: 'job.stopping', ...subjectOf(stopped), data: stopping }, stopped);
}

async function emitEnd(context: WriteContext, job: JobRow, { outcome, failed }: ToldEnd): Promise<void> {
  if (job.state === 'pending') {
    await context.emit({ type: 'job.requeued', ...subjectOf(job), data: { attempt: job.attempt, outcome } }, job);
    return;
  }
  const place = failed === undefined ? {} : { failed_rank: failed.rank };
  const data = { state: job.state, attempt: job.attempt, outcome, reason: describeEnd(job, failed), ...place };
  await context.emit({ type: 'job.ended', ...subjectOf(job), data }, job);
}
