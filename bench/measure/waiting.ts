import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** What is waited for, for the error. */
  readonly what: string;
  readonly limitMs: number;
  readonly everyMs: number;
}

/** Looks until `look` gives something; throws when the time is over. */
export async function waitFor<T>(look: () => T | undefined | Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const deadline = performance.now() + options.limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`waited ${options.limitMs} ms in vain for ${options.what}`);
    await delay(options.everyMs);
  }
}
