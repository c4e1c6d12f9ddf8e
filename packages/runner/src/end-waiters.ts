import { attemptKey, type AttemptId } from './executors/executor.ts';

/** Those who wait for attempts to end. */
export class EndWaiters {
  readonly #waiters = new Map<string, Set<() => void>>();

  /** Resolves when the attempt is told to have ended, or `signal` aborts. */
  wait(id: AttemptId, signal: AbortSignal): Promise<void> {
    const key = attemptKey(id);
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(key) ?? new Set();
      this.#waiters.set(key, waiters);
      const finish = () => {
        waiters.delete(finish);
        if (waiters.size === 0) this.#waiters.delete(key);
        resolve();
      };
      waiters.add(finish);
      signal.addEventListener('abort', finish, { once: true });
    });
  }

  wake(id: AttemptId): void {
    for (const finish of [...(this.#waiters.get(attemptKey(id)) ?? [])]) finish();
  }
}
