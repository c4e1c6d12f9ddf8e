/** So long work may have the event loop before others get a turn, ms. */
const SHARE_MS = 4;

/** Keeps long work from holding up what else waits for the event loop. */
export class EventLoopShare {
  #since = performance.now();

  /** To be called between two pieces of the work: goes on at once, or after a turn of the sockets and timers when the last one is long ago. */
  async giveTurn(): Promise<void> {
    if (performance.now() - this.#since < SHARE_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#since = performance.now();
  }
}
