import { setTimeout as setTimeoutAsync } from 'node:timers/promises';
import type { Event } from '@weir/contract';

type Listener = (event: Event) => void;

/** Tells everybody in this process what was committed, in commit order. */
export class EventHub {
  readonly #listeners = new Set<Listener>();

  publish(events: readonly Event[]): void {
    for (const event of events) for (const listener of this.#listeners) listener(event);
  }

  /** How many listen now. */
  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** Calls `listener` for each event until the returned function is called. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /**
   * Reads with `look` until it gives something or `waitMs` is over; looks again after each event that `concerns` it.
   * Returns what the last look gave. A caller that goes away (`signal`) ends the wait.
   */
  async lookUntil<T>(options: LookOptions<T>): Promise<T | undefined> {
    const deadline = Date.now() + options.waitMs;
    for (;;) {
      const change = this.#nextChange(options, deadline);
      const lookedAt = performance.now();
      try {
        const found = await options.look();
        if (found !== undefined || Date.now() >= deadline || options.signal.aborted) return found;
        await change.happened;
      } finally {
        change.forget();
      }
      const restMs = (options.gapMs ?? 0) - (performance.now() - lookedAt);
      await pause(Math.min(restMs, deadline - Date.now()), options.signal);
    }
  }

  #nextChange<T>(options: LookOptions<T>, deadline: number): { happened: Promise<void>; forget: () => void } {
    let settle: () => void = () => undefined;
    const happened = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const unsubscribe = this.subscribe((event) => {
      if (options.concerns(event)) settle();
    });
    const timer = setTimeout(settle, Math.max(0, deadline - Date.now()));
    options.signal.addEventListener('abort', settle, { once: true });
    const forget = () => {
      unsubscribe();
      clearTimeout(timer);
      options.signal.removeEventListener('abort', settle);
    };
    return { happened, forget };
  }
}

/** Ends at once for a caller that goes away: the next look sees that. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await setTimeoutAsync(ms, undefined, { signal }).catch(() => undefined);
}

export interface LookOptions<T> {
  readonly look: () => Promise<T | undefined>;
  readonly concerns: (event: Event) => boolean;
  readonly waitMs: number;
  /** Shortest time from one look to the next: for looks that many events concern and few matter to; absent = none. */
  readonly gapMs?: number;
  readonly signal: AbortSignal;
}
