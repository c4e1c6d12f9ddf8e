import { rmSync } from 'node:fs';
import { AppError } from '@weir/contract/client';
import type { Places } from './places.ts';
import { readLivingRecord } from './process-record.ts';
import { stopProcess } from './stop-process.ts';

const STOP_GRACE_MS = 10_000;

/** Ends the host and the runner that a killed supervisor left behind, so that nothing runs twice; their jobs run on. */
export async function removeOrphans(places: Places): Promise<void> {
  for (const path of [places.runner, places.host]) {
    const orphan = readLivingRecord(path);
    if (orphan !== undefined) await stopProcess(orphan, STOP_GRACE_MS);
    rmSync(path, { force: true });
  }
}

/** Refuses a home in which somebody started a host or a runner by hand: they are not ours to end. */
export function refuseStrangers(places: Places): void {
  for (const name of ['host', 'runner'] as const) {
    const stranger = readLivingRecord(places[name]);
    if (stranger === undefined) continue;
    throw new AppError(
      'state_conflict',
      `a ${name} (pid ${stranger.pid}) that weir up did not start runs in ${places.home}: stop it first, with "weir down"`,
    );
  }
}
