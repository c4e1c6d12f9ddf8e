import { rmSync } from 'node:fs';
import type { Config } from '../config.ts';
import { note } from '../output/terminal.ts';
import { claim, release, type Claim } from './claim.ts';
import { placesOf, type Places } from './places.ts';
import { readLivingRecord } from './process-record.ts';
import { hostProgram, runnerProgram, type Listening } from './programs.ts';
import { waitUntilReady } from './readiness.ts';
import { explainStart, markLogs } from './start-failure.ts';
import { stopProcess } from './stop-process.ts';
import { Supervisor } from './supervisor.ts';

/** How long a start may take. */
export const START_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 10_000;
/** A host that ends so often before it was ever healthy will not start at all. */
const FIRST_START_TRIES = 3;

/** What a run of the supervisor tells. */
export interface SupervisorWatcher {
  readonly onReady: (url: string) => Promise<void>;
}

/** Supervises the home's host and runner until a signal asks to stop; answers whose the home is when it is another's. */
export async function runSupervisor(config: Config, listening: Listening, watcher: SupervisorWatcher): Promise<Claim> {
  const places = placesOf(config.home);
  const claimed = claim(places.up);
  if (claimed.kind === 'held') return claimed;
  const stopped = waitForStop();
  let deaths = 0;
  let ready = false;
  const supervisor = new Supervisor({
    places,
    listening,
    hostProgram: (where) => hostProgram(config, where),
    runnerProgram: () => runnerProgram(config),
    onDeath: ({ name, how, pauseMs, count }) => {
      if (name === 'host' && !ready) deaths = count;
      note(`weir: the ${name} ended (${how}); starting it again in ${pauseMs} ms`);
    },
  });
  try {
    await removeOrphans(places);
    const marks = markLogs(places);
    supervisor.start();
    stopped.onSecond(() => supervisor.kill());
    const failure = () => (deaths >= FIRST_START_TRIES ? 'the host ends again and again' : undefined);
    const starting = waitUntilReady(places, { deadlineAt: Date.now() + START_TIMEOUT_MS, failure });
    const url = await Promise.race([starting, stopped.signal.then(() => undefined)]).catch((error: unknown) => {
      throw explainStart(error, places, marks);
    });
    if (url !== undefined) {
      ready = true;
      await watcher.onReady(url);
      await stopped.signal;
    }
    starting.catch(() => undefined);
  } finally {
    await supervisor.stop();
    release(places.up);
  }
  return claimed;
}

/** Ends what a killed supervisor left behind, so that nothing runs twice; its jobs run on. */
async function removeOrphans(places: Places): Promise<void> {
  for (const path of [places.runner, places.host]) {
    const orphan = readLivingRecord(path);
    if (orphan !== undefined) await stopProcess(orphan, STOP_GRACE_MS);
    rmSync(path, { force: true });
  }
}

interface Stop {
  /** Resolves with the first request to stop. */
  readonly signal: Promise<void>;
  /** What to do with a second one. */
  readonly onSecond: (act: () => void) => void;
}

function waitForStop(): Stop {
  let second: () => void = () => undefined;
  const signal = new Promise<void>((resolve) => {
    let asked = false;
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        if (asked) second();
        asked = true;
        resolve();
      });
    }
  });
  return { signal, onSecond: (act) => (second = act) };
}
