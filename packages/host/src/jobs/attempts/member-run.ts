import { markMemberStarted } from '../../allocations/allocation-store.ts';
import type { WriteContext } from '../../store/group-commit.ts';
import type { JobRow } from '../../store/schema.ts';
import { findAttempt, isGang, transitionJob, type AttemptKey } from '../attempt-store.ts';
import { subjectOf } from '../subject-of.ts';

/** What a runner says of an attempt that runs. */
export interface Run {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly paused: boolean;
}

/** Notes that a node's part of an attempt runs, or is frozen. The job runs when its first part does. */
export async function recordRunning(context: WriteContext, key: AttemptKey, run: Run): Promise<void> {
  const started = await startSingle(context, key, run);
  if (started !== undefined && !run.paused) return;
  const job = started ?? (await findAttempt(context.db, key.jobId, key.attempt));
  if (job === undefined || !(await isMember(context, job, key))) return;
  const running = job.state === 'starting' ? await startJob(context, key, run) : job;
  if (running !== undefined) await freeze(context, running, { node: key.node, paused: run.paused });
}

/** The road of nearly all reports, in one statement: a job whose first node is this one starts to run. */
async function startSingle(context: WriteContext, key: AttemptKey, run: Run): Promise<JobRow | undefined> {
  const guard = { id: key.jobId, attempt: key.attempt, node: key.node, from: ['starting'] as const };
  const job = await transitionJob(context.db, guard, { state: 'running', started_at: run.startedAt });
  if (job === undefined) return undefined;
  await tell(context, job, { type: 'job.started', node: key.node });
  if (isGang(job)) await markMemberStarted(context.db, key);
  return job;
}

async function startJob(context: WriteContext, key: AttemptKey, run: Run): Promise<JobRow | undefined> {
  const guard = { id: key.jobId, attempt: key.attempt, from: ['starting'] as const };
  const job = await transitionJob(context.db, guard, { state: 'running', started_at: run.startedAt });
  if (job !== undefined) await tell(context, job, { type: 'job.started', node: key.node });
  return job;
}

/** True when the node has a part in the attempt; of a gang, it is noted that the part runs. */
async function isMember(context: WriteContext, job: JobRow, key: AttemptKey): Promise<boolean> {
  return isGang(job) ? markMemberStarted(context.db, key) : job.node === key.node;
}

async function freeze(context: WriteContext, job: JobRow, change: { node: string; paused: boolean }): Promise<void> {
  const [from, to] = change.paused ? (['running', 'paused'] as const) : (['paused', 'running'] as const);
  if (job.state !== from) return;
  const frozen = await transitionJob(context.db, { id: job.id, attempt: job.attempt, from: [from] }, { state: to });
  if (frozen !== undefined) await tell(context, frozen, { type: change.paused ? 'job.paused' : 'job.resumed', node: change.node });
}

async function tell(
  context: WriteContext,
  job: JobRow,
  told: { type: 'job.started' | 'job.paused' | 'job.resumed'; node: string },
): Promise<void> {
  await context.emit({ type: told.type, ...subjectOf(job), data: { node: told.node, attempt: job.attempt } }, job);
}
