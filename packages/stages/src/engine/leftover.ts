import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processIsAlive, readProcessIdentity, readTextIfThere, writeFileAtomic, type ProcessIdentity } from '@weir/runtime';
import type { EventWriter } from '../process/event-writer.ts';

const POLL_MS = 50;
const GRACE_MS = 5000;

/** Remembers the engine that works on a dataset, so that a later attempt can end it when this process is killed. */
export function rememberEngine(datasetDir: string, pid: number): void {
  const identity = readProcessIdentity(pid);
  if (identity !== undefined) writeFileAtomic(identityFile(datasetDir), JSON.stringify(identity));
}

/** Forgets it when it has ended. */
export function forgetEngine(datasetDir: string): void {
  rmSync(identityFile(datasetDir), { force: true });
}

/** Ends an engine that an earlier, killed attempt left running on this dataset: two must never write the same files. */
export async function endLeftoverEngine(datasetDir: string, events: EventWriter): Promise<void> {
  const leftover = readIdentity(datasetDir);
  if (leftover === undefined) return;
  if (processIsAlive(leftover)) {
    events.log(`Ending the engine of an earlier attempt (process ${leftover.pid})`, 'WARNING');
    process.kill(leftover.pid, 'SIGTERM');
    if (!(await waitForEnd(leftover, GRACE_MS))) {
      process.kill(leftover.pid, 'SIGKILL');
      await waitForEnd(leftover, Number.POSITIVE_INFINITY);
    }
  }
  forgetEngine(datasetDir);
}

async function waitForEnd(identity: ProcessIdentity, limitMs: number): Promise<boolean> {
  for (let waited = 0; processIsAlive(identity); waited += POLL_MS) {
    if (waited >= limitMs) return false;
    await delay(POLL_MS);
  }
  return true;
}

function readIdentity(datasetDir: string): ProcessIdentity | undefined {
  const text = readTextIfThere(identityFile(datasetDir));
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('startTicks' in value)) return undefined;
  return typeof value.pid === 'number' && typeof value.startTicks === 'number'
    ? { pid: value.pid, startTicks: value.startTicks }
    : undefined;
}

function identityFile(datasetDir: string): string {
  return join(datasetDir, 'engine.json');
}
