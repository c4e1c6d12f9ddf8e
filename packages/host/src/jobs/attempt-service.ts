import type { AttemptReport, LostReason, Outcome } from '@weir/contract';
import { findSessionHost } from '../cluster/session-store.ts';
import { changeNodeState } from '../nodes/node-store.ts';
import type { WriteContext } from '../store/group-commit.ts';
import type { Store } from '../store/store.ts';
import { fromIso } from '../store/time.ts';
import { listAttemptsOnNode, type AttemptKey } from './attempt-store.ts';
import { recordEnd, type MemberEnd } from './attempts/member-end.ts';
import { recordRunning } from './attempts/member-run.ts';

/** What runners say of attempts, committed. A report of a superseded attempt, or of a node that has no part in it, changes nothing. */
export class AttemptService {
  readonly #store: Store;
  readonly #usageHalfLifeMs: number;

  constructor(store: Store, policy: { readonly usageHalfLifeMs: number }) {
    this.#store = store;
    this.#usageHalfLifeMs = policy.usageHalfLifeMs;
  }

  /** Commits a report of a node. Called in the order of the frames; the writes keep that order. */
  async record(node: string, report: AttemptReport): Promise<void> {
    if (report.kind === 'preparing') return;
    const key = { jobId: report.jobId, attempt: report.attempt, node };
    if (report.kind === 'running') {
      await this.#store.write((context) => recordRunning(context, key, { startedAt: fromIso(report.startedAt), paused: report.paused }));
      return;
    }
    const startedAt = report.startedAt === null ? null : fromIso(report.startedAt);
    await this.#end({ ...key, outcome: report.outcome, endedAt: fromIso(report.endedAt), startedAt });
  }

  /** Ends an attempt that its node, as it told the host `hostId`, knows nothing of: it ran and vanished. */
  async vanish(key: AttemptKey, hostId: string): Promise<void> {
    await this.#endUntold(key, { hostId, outcome: { kind: 'lost', reason: 'process_vanished' } });
  }

  /** Ends an attempt whose order was, as its node told the host `hostId`, never given to the node. */
  async withdraw(key: AttemptKey, hostId: string): Promise<void> {
    await this.#endUntold(key, { hostId, outcome: { kind: 'never_started' } });
  }

  /**
   * Ends every attempt on a node that is lost, unless the node came back meanwhile: a returning runner's hello and this are
   * ordered by the store, so that an attempt is either welcomed or lost, never both. Tells whether anything changed.
   */
  async loseNode(node: string): Promise<boolean> {
    return this.#store.write(async (context) => {
      if (!(await changeNodeState(context.db, node, { from: 'lost', to: 'lost' }))) return false;
      return this.loseAttempts(context, node, 'node_silent');
    });
  }

  /** Ends every attempt on a node in the caller's transaction; tells whether there was any. */
  async loseAttempts(context: WriteContext, node: string, reason: LostReason): Promise<boolean> {
    const outcome: Outcome = { kind: 'lost', reason };
    const attempts = await listAttemptsOnNode(context.db, node);
    for (const { job } of attempts) {
      const end = { jobId: job.id, attempt: job.attempt, node, outcome, endedAt: Date.now(), startedAt: null };
      await recordEnd(context, end, this.#usageHalfLifeMs);
    }
    return attempts.length > 0;
  }

  /** What a node did not tell a host counts only while the node is connected to it: another host may have been told since. */
  async #endUntold(key: AttemptKey, { hostId, outcome }: { hostId: string; outcome: Outcome }): Promise<void> {
    await this.#store.write(async (context) => {
      if ((await findSessionHost(context.db, key.node)) !== hostId) return;
      await recordEnd(context, { ...key, outcome, endedAt: Date.now(), startedAt: null }, this.#usageHalfLifeMs);
    });
  }

  async #end(end: MemberEnd): Promise<void> {
    await this.#store.write((context) => recordEnd(context, end, this.#usageHalfLifeMs));
  }
}
