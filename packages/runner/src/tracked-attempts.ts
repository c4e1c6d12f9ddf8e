import type { HostFrame } from '@weir/contract/protocol';
import { EndWaiters } from './end-waiters.ts';
import { attemptKey, type AttemptId, type AttemptState } from './executors/executor.ts';
import type { LiveAttempts } from './logs/log-reader.ts';
import type { TrackedAttempt } from './tracked-attempt.ts';

/** An order to start an attempt. */
export type StartOrder = Extract<HostFrame, { type: 'start' }>;

/** The attempts of this node between their orders and the acknowledgements of their ends, and those of them that are not begun yet. */
export class TrackedAttempts implements LiveAttempts {
  readonly #attempts = new Map<string, TrackedAttempt>();
  /** Orders that wait until what the host no longer wants is gone: it still has what they were given. */
  readonly #waiting = new Map<string, StartOrder>();
  readonly #endWaiters = new EndWaiters();

  get size(): number {
    return this.#attempts.size;
  }

  [Symbol.iterator](): Iterator<TrackedAttempt> {
    return this.#attempts.values();
  }

  find(id: AttemptId): TrackedAttempt | undefined {
    return this.#attempts.get(attemptKey(id));
  }

  add(tracked: TrackedAttempt): void {
    this.#attempts.set(attemptKey(tracked.id), tracked);
  }

  /** Takes a new state from the executor and wakes who waits for it; undefined when the attempt is not known. */
  change(id: AttemptId, state: AttemptState): TrackedAttempt | undefined {
    const tracked = this.find(id);
    if (tracked === undefined) return undefined;
    tracked.state = state;
    if (state.kind === 'ended') this.#endWaiters.wake(id);
    return tracked;
  }

  /** Forgets an attempt and ends the following of its events. */
  drop(tracked: TrackedAttempt): void {
    tracked.events?.close();
    this.#attempts.delete(attemptKey(tracked.id));
  }

  /** True while an attempt that the host no longer wants is on the node: what it has may be promised to others. */
  get isClearing(): boolean {
    return [...this].some(({ isSuperseded }) => isSuperseded);
  }

  /** Keeps an order until nothing is in its way. */
  postpone(order: StartOrder): void {
    this.#waiting.set(attemptKey(order), order);
  }

  /** The orders that may begin now, oldest first; they are kept no longer. */
  takeStartable(): StartOrder[] {
    if (this.isClearing) return [];
    const orders = [...this.#waiting.values()];
    this.#waiting.clear();
    return orders;
  }

  /** Drops an order that has not been begun; false when there is none. */
  withdraw(id: AttemptId): boolean {
    if (!this.#waiting.delete(attemptKey(id))) return false;
    const tracked = this.find(id);
    if (tracked !== undefined) this.drop(tracked);
    return true;
  }

  isLive(id: AttemptId): boolean {
    const tracked = this.find(id);
    return tracked !== undefined && tracked.state.kind !== 'ended';
  }

  /** True while any attempt of the job is live. */
  isLiveJob(jobId: number): boolean {
    return [...this].some((tracked) => tracked.id.jobId === jobId && tracked.state.kind !== 'ended');
  }

  whenEnded(id: AttemptId, signal: AbortSignal): Promise<void> {
    return !this.isLive(id) || signal.aborted ? Promise.resolve() : this.#endWaiters.wait(id, signal);
  }
}
