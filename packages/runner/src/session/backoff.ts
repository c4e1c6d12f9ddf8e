const FIRST_MS = 50;
const LONGEST_MS = 5000;

/** Waits between connection attempts: 50 ms at first, doubling to 5 s, each cut by up to a half so that runners do not march in step. */
export class Backoff {
  #next = FIRST_MS;

  reset(): void {
    this.#next = FIRST_MS;
  }

  /** The next wait; `random` in [0, 1). */
  next(random: number): number {
    const wait = this.#next;
    this.#next = Math.min(this.#next * 2, LONGEST_MS);
    return wait * (1 - random / 2);
  }
}
