import { stateAfter, type AttemptReport, type Outcome } from '@weir/contract';
import { releaseAllocation } from '../allocations/allocation-store.ts';
import type { JobRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { WriteContext } from '../store/group-commit.ts';
import { fromIso } from '../store/time.ts';
import { describeEnd } from './job-view.ts';
import { ALLOCATED_STATES, findAllocatedAttempt, transitionJob } from './job-store.ts';

interface Attempt {
  readonly jobId: number;
  readonly attempt: number;
}

interface End extends Attempt {
  readonly outcome: Outcome;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
  readonly startedAt: number | null;
}

/** What runners say of attempts, committed. A report of a superseded attempt changes nothing. */
export class AttemptService {
  readonly #store: Store;
  readonly #onFreed: () => void;

  constructor(store: Store, onFreed: () => void) {
    this.#store = store;
    this.#onFreed = onFreed;
  }

  /** Commits a report. Called in the order of the frames; the writes keep that order. */
  async record(node: string, report: AttemptReport): Promise<void> {
    if (report.kind === 'preparing') return;
    if (report.kind === 'running') {
      await this.#store.write((context) => recordRunning(context, { ...report, node }));
      return;
    }
    await this.end({
      jobId: report.jobId,
      attempt: report.attempt,
      outcome: report.outcome,
      endedAt: fromIso(report.endedAt),
      startedAt: report.startedAt === null ? null : fromIso(report.startedAt),
    });
  }

  /** Ends an attempt: the job's end (or its return to the queue) and the release of its resources are one transaction. */
  async end(end: End): Promise<void> {
    const freed = await this.#store.write((context) => recordEnd(context, end));
    if (freed) this.#onFreed();
  }

  /** Ends an attempt whose node is gone or knows nothing of it. */
  async lose(attempt: Attempt, reason: 'node_silent' | 'process_vanished'): Promise<void> {
    await this.end({ ...attempt, outcome: { kind: 'lost', reason }, endedAt: Date.now(), startedAt: null });
  }
}

async function recordRunning(context: WriteContext, report: Attempt & { node: string; startedAt: string; paused: boolean }): Promise<void> {
  const guard = { id: report.jobId, attempt: report.attempt };
  const data = { node: report.node, attempt: report.attempt };
  const started = await transitionJob(
    context.db,
    { ...guard, from: ['starting'] },
    { state: 'running', started_at: fromIso(report.startedAt) },
  );
  if (started !== undefined) await context.emit({ type: 'job.started', ...subjectOf(started), data });
  const [from, to] = report.paused ? (['running', 'paused'] as const) : (['paused', 'running'] as const);
  const frozen = await transitionJob(context.db, { ...guard, from: [from] }, { state: to });
  if (frozen !== undefined) await context.emit({ type: report.paused ? 'job.paused' : 'job.resumed', ...subjectOf(frozen), data });
}

async function recordEnd(context: WriteContext, end: End): Promise<boolean> {
  const current = await findAllocatedAttempt(context.db, end.jobId, end.attempt);
  if (current === undefined) return false;
  const goesBack = end.outcome.kind === 'never_started' || (end.outcome.kind === 'lost' && current.requeue === 1);
  const changes = goesBack && current.cancel_requested === 0 ? BACK_TO_QUEUE : endChanges(end, current.cancel_requested === 1);
  const job = await transitionJob(context.db, { id: end.jobId, attempt: end.attempt, from: ALLOCATED_STATES }, changes);
  if (job === undefined) return false;
  await releaseAllocation(context.db, end.jobId, end.attempt);
  await emitEnd(context, job, end.outcome);
  return true;
}

const BACK_TO_QUEUE = { state: 'pending', started_at: null, gpu_ids: '[]', events_offset: 0, error_message: null } as const;

function endChanges(end: End, cancelRequested: boolean) {
  const after = stateAfter(end.outcome);
  const ended = after === 'pending' || (after === 'lost' && cancelRequested) ? ('cancelled' as const) : after;
  return {
    state: ended,
    ended_at: end.endedAt,
    ...(end.startedAt === null ? {} : { started_at: end.startedAt }),
    outcome: JSON.stringify(end.outcome),
    exit_code: 'code' in end.outcome ? end.outcome.code : null,
    exit_signal: 'signal' in end.outcome ? end.outcome.signal : null,
  };
}

async function emitEnd(context: WriteContext, job: JobRow, outcome: Outcome): Promise<void> {
  if (job.state === 'pending') {
    await context.emit({ type: 'job.requeued', ...subjectOf(job), data: { attempt: job.attempt, outcome } });
    return;
  }
  await context.emit({
    type: 'job.ended',
    ...subjectOf(job),
    data: { state: job.state, attempt: job.attempt, outcome, reason: describeEnd(job) },
  });
}

function subjectOf(job: JobRow) {
  return { jobId: job.id, workflowId: job.workflow_id, node: job.node, owner: job.user };
}
