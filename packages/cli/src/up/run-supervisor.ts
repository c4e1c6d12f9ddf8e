import { ERROR_CODES } from '@weir/contract/client';
import { writeFileAtomic } from '@weir/runtime/files';
import { readProcessIdentity } from '@weir/runtime/process-identity';
import type { Config } from '../config.ts';
import { note } from '../output/terminal.ts';
import type { Death } from './child.ts';
import { claim, release, type Claim } from './claim.ts';
import { refuseStrangers, removeOrphans } from './orphans.ts';
import { placesOf, type Places } from './places.ts';
import { hostProgram, runnerProgram, type Listening } from './programs.ts';
import { waitUntilReady } from './readiness.ts';
import { explainStart, markLogs } from './start-failure.ts';
import { listenForStop, type StopRequest } from './stop-request.ts';
import { Supervisor } from './supervisor.ts';

/** How long a start may take. */
export const START_TIMEOUT_MS = 30_000;
/** A host that ends so often before it was ever ready will not start at all. */
const FIRST_START_TRIES = 3;

/** What a run of the supervisor tells. */
export interface SupervisorWatcher {
  readonly onReady: (url: string) => Promise<void>;
}

/** Supervises the home's host and runner until it is asked to stop; answers whose the home is when it is another's. */
export async function runSupervisor(config: Config, listening: Listening, watcher: SupervisorWatcher): Promise<Claim> {
  const places = placesOf(config.home);
  const claimed = claim(places.up);
  if (claimed.kind === 'held') return claimed;
  const stop = listenForStop();
  const hostDeaths: Death[] = [];
  const supervisor = new Supervisor({
    places,
    listening,
    hostProgram: (where) => hostProgram(config, where),
    runnerProgram: () => runnerProgram(config),
    onDeath: (death) => {
      if (death.name === 'host') hostDeaths.push(death);
      note(`weir: the ${death.name} ended (${death.how}); starting it again in ${death.pauseMs} ms`);
    },
  });
  try {
    if (claimed.inherited) await removeOrphans(places);
    else refuseStrangers(places);
    const url = await startUp(places, { supervisor, stop, hostDeaths });
    if (url !== undefined) await watcher.onReady(url);
    await stop.first;
  } finally {
    await supervisor.stop();
    release(places.up);
  }
  return claimed;
}

interface Start {
  readonly supervisor: Supervisor;
  readonly stop: StopRequest;
  readonly hostDeaths: readonly Death[];
}

/** Starts both and waits until a job could run, then says so in our record; undefined when it was asked to stop before that. */
async function startUp(places: Places, { supervisor, stop, hostDeaths }: Start): Promise<string | undefined> {
  if (stop.asked()) return undefined;
  const marks = markLogs(places);
  supervisor.start();
  stop.onSecond(() => supervisor.kill());
  const failure = () => {
    if (stop.asked()) return 'it was asked to stop';
    if (hostDeaths.some((death) => death.exitCode === ERROR_CODES.invalid_input.exit)) return 'the host refuses its settings';
    if (hostDeaths.some((death) => death.exitCode === ERROR_CODES.state_conflict.exit)) return 'another host serves this home';
    return hostDeaths.length >= FIRST_START_TRIES ? 'the host ends again and again' : undefined;
  };
  try {
    const url = await waitUntilReady(places, { deadlineAt: Date.now() + START_TIMEOUT_MS, failure });
    writeFileAtomic(places.up, `${JSON.stringify({ ...readProcessIdentity(process.pid), url })}\n`);
    return url;
  } catch (error) {
    if (stop.asked()) return undefined;
    throw explainStart(error, places, marks);
  }
}
