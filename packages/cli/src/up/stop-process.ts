import { setTimeout as sleep } from 'node:timers/promises';
import { processIsAlive, type ProcessIdentity } from '@weir/runtime/process-identity';

const LOOK_EVERY_MS = 30;

/** Waits until a process that is not our child has ended; false when it lives on after `timeoutMs`. */
export async function waitForEnd(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadlineAt = Date.now() + timeoutMs;
  while (processIsAlive(identity)) {
    if (Date.now() > deadlineAt) return false;
    await sleep(LOOK_EVERY_MS);
  }
  return true;
}

/** Asks that very process to end and ends it when it does not within `graceMs`. */
export async function stopProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  signalProcess(identity, 'SIGTERM');
  if (await waitForEnd(identity, graceMs)) return;
  signalProcess(identity, 'SIGKILL');
  await waitForEnd(identity, graceMs);
}

/** Sends a signal to that very process; nothing when it has ended. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!processIsAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
