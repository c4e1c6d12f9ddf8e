import { stateAfter, type AttemptReport, type Outcome } from '@weir/contract';
import { releaseAllocation } from '../allocations/allocation-store.ts';
import { changeNodeState } from '../nodes/node-store.ts';
import type { JobRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { WriteContext } from '../store/group-commit.ts';
import { fromIso } from '../store/time.ts';
import { describeEnd } from './job-view.ts';
import { ALLOCATED_STATES, findAllocatedAttempt, listAllocatedJobs, transitionJob, type AttemptKey } from './job-store.ts';
import { renewProgram } from './renewed-program.ts';

interface End extends AttemptKey {
  readonly outcome: Outcome;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
  readonly startedAt: number | null;
}

type RunningReport = Extract<AttemptReport, { kind: 'running' }>;

/** What runners say of attempts, committed. A report of a superseded attempt, or of another node's, changes nothing. */
export class AttemptService {
  readonly #store: Store;
  readonly #onFreed: () => void;

  constructor(store: Store, onFreed: () => void) {
    this.#store = store;
    this.#onFreed = onFreed;
  }

  /** Commits a report of a node. Called in the order of the frames; the writes keep that order. */
  async record(node: string, report: AttemptReport): Promise<void> {
    if (report.kind === 'preparing') return;
    const key = { jobId: report.jobId, attempt: report.attempt, node };
    if (report.kind === 'running') {
      await this.#store.write((context) => recordRunning(context, key, report));
      return;
    }
    const startedAt = report.startedAt === null ? null : fromIso(report.startedAt);
    await this.end({ ...key, outcome: report.outcome, endedAt: fromIso(report.endedAt), startedAt });
  }

  /** Ends an attempt: the job's end (or its return to the queue) and the release of its resources are one transaction. */
  async end(end: End): Promise<void> {
    const freed = await this.#store.write((context) => recordEnd(context, end));
    if (freed) this.#onFreed();
  }

  /** Ends an attempt that its node knows nothing of: it ran and vanished. */
  async vanish(key: AttemptKey): Promise<void> {
    await this.end({ ...key, outcome: { kind: 'lost', reason: 'process_vanished' }, endedAt: Date.now(), startedAt: null });
  }

  /** Ends an attempt whose order was never given to anybody. */
  async withdraw(key: AttemptKey): Promise<void> {
    await this.end({ ...key, outcome: { kind: 'never_started' }, endedAt: Date.now(), startedAt: null });
  }

  /**
   * Ends every attempt on a node that is lost, unless the node came back meanwhile: a returning runner's hello and this are
   * ordered by the store, so that an attempt is either welcomed or lost, never both. Tells whether anything changed.
   */
  async loseNode(node: string): Promise<boolean> {
    const lost = await this.#store.write(async (context) => {
      const now = Date.now();
      if (!(await changeNodeState(context.db, node, { from: 'lost', to: 'lost' }))) return 0;
      const jobs = await listAllocatedJobs(context.db, node);
      for (const job of jobs) {
        const outcome = { kind: 'lost', reason: 'node_silent' } as const;
        await recordEnd(context, { jobId: job.id, attempt: job.attempt, node, outcome, endedAt: now, startedAt: null });
      }
      return jobs.length;
    });
    if (lost > 0) this.#onFreed();
    return lost > 0;
  }
}

async function recordRunning(context: WriteContext, key: AttemptKey, report: RunningReport): Promise<void> {
  const guard = { id: key.jobId, attempt: key.attempt, node: key.node };
  const data = { node: key.node, attempt: key.attempt };
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
  const current = await findAllocatedAttempt(context.db, end);
  if (current === undefined) return false;
  const goesBack = end.outcome.kind === 'never_started' || (end.outcome.kind === 'lost' && current.requeue === 1);
  const changes =
    goesBack && current.stop_by !== 'user'
      ? { ...BACK_TO_QUEUE, ...(await renewProgram(context.db, current)) }
      : endChanges(end, current.stop_by === 'user');
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
