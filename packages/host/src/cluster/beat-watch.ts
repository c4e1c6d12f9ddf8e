interface Seen {
  readonly beat: string;
  readonly lookedAt: number;
  readonly silentMs: number;
}

/** What a look found. */
export interface Look {
  /** How long the count has not changed while we were looking, ms. */
  readonly silentMs: number;
  /** It is another one than at the look before. */
  readonly changed: boolean;
}

/**
 * Judges the silence of others by the counts that they leave in the store and by our own monotonic clock: no clocks are compared, a
 * step of any clock changes nothing. What was never seen before has not been silent, and time in which we did not look ourselves (we
 * slept, the store was away) counts at most as one gap.
 */
export class BeatWatch {
  readonly #maxGapMs: number;
  readonly #now: () => number;
  readonly #seen = new Map<string, Seen>();

  /** `maxGapMs` is the longest time between two looks that counts; `now` gives monotonic milliseconds. */
  constructor(maxGapMs: number, now: () => number = () => performance.now()) {
    this.#maxGapMs = maxGapMs;
    this.#now = now;
  }

  /** Notes the count of `name` as it is now. */
  look(name: string, count: number | string): Look {
    const beat = String(count);
    const lookedAt = this.#now();
    const before = this.#seen.get(name);
    const same = before?.beat === beat;
    const silentMs = same ? before.silentMs + Math.min(lookedAt - before.lookedAt, this.#maxGapMs) : 0;
    this.#seen.set(name, { beat, lookedAt, silentMs });
    return { silentMs, changed: before !== undefined && !same };
  }

  /** Forgets all names but these. */
  keepOnly(names: Iterable<string>): void {
    const kept = new Set(names);
    for (const name of this.#seen.keys()) if (!kept.has(name)) this.#seen.delete(name);
  }

  /** Forgets everything: silence counts from the next look. */
  clear(): void {
    this.#seen.clear();
  }
}
