import { setTimeout as delay } from 'node:timers/promises';
import { StageError } from '../errors.ts';
import type { StageContext } from '../process/stage-context.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;
const LOCKED = /Could not set lock on file|Conflicting lock is held/;

/**
 * Opens a warehouse file, waiting while another process holds it: tells who holds it, gives up after the configured time.
 * Throws StageError `warehouse_busy`.
 */
export async function withFileLockWait<T>(context: StageContext, path: string, open: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const limitMs = context.config.warehouseWaitMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
    try {
      return await open();
    } catch (error) {
      const holder = lockHolder(error);
      if (holder === undefined) throw error;
      const waitedMs = performance.now() - started;
      if (waitedMs + pause > limitMs) throw busy(path, { holder, waitedMs, cause: error });
      tellWait(context, { path, holder, waitedMs, limitMs });
    }
    await delay(pause, undefined, { signal: context.signal });
  }
}

/** Who holds the lock, in words; undefined when `error` is about something else. */
function lockHolder(error: unknown): string | undefined {
  const text = error instanceof Error ? error.message : '';
  if (!LOCKED.test(text)) return undefined;
  const pid = /\(PID (\d+)\)/.exec(text)?.[1];
  return pid === undefined ? 'another process' : `process ${pid}`;
}

function tellWait(context: StageContext, wait: { path: string; holder: string; waitedMs: number; limitMs: number }): void {
  const message = `Waiting for the warehouse file ${wait.path}, held by ${wait.holder}`;
  context.events.progress(Math.round(wait.waitedMs / 1000), Math.round(wait.limitMs / 1000), message);
}

function busy(path: string, wait: { holder: string; waitedMs: number; cause: unknown }): StageError {
  const message = `The warehouse file ${path} is held by ${wait.holder}; waited ${Math.round(wait.waitedMs / 1000)} s. End that process, then retry.`;
  return new StageError('warehouse_busy', message, { fault: 'system', value: path, cause: wait.cause });
}
