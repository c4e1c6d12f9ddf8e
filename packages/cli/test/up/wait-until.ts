import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when `look` gives a value; fails after 20 seconds with `what` was missing. */
export async function waitUntil<T>(what: string, look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const deadlineAt = Date.now() + 20_000;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadlineAt) throw new Error(`never happened: ${what}`);
    await sleep(20);
  }
}
