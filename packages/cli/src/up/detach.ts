import { spawn } from 'node:child_process';
import { closeSync, mkdirSync } from 'node:fs';
import type { Config } from '../config.ts';
import { openLog } from './log-file.ts';
import { logOf, placesOf } from './places.ts';
import { ownProgram, type Listening } from './programs.ts';
import { waitUntilReady } from './readiness.ts';
import { START_TIMEOUT_MS } from './run-supervisor.ts';
import { explainStart, markLogs } from './start-failure.ts';

/** Starts a supervisor that outlives us and shares nothing with us, and waits until it is ready; answers the host's address. */
export async function startDetached(config: Config, { listen, port }: Listening): Promise<string> {
  const places = placesOf(config.home);
  mkdirSync(places.home, { recursive: true, mode: 0o700 });
  const marks = markLogs(places);
  const words = ['up', ...(port === undefined ? [] : ['--port', String(port)]), ...(listen === undefined ? [] : ['--listen', listen])];
  const program = ownProgram(config, words);
  const log = openLog(logOf(places, 'up'));
  const child = spawn(process.execPath, program.args, {
    cwd: places.home,
    env: program.environment,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  // One that finds the home taken ends with 0: then the other one is waited for.
  child.once('exit', (code, signal) => (ended = code === 0 ? undefined : `its supervisor ended (${signal ?? `exit code ${code}`})`));
  child.unref();
  try {
    return await waitUntilReady(places, { deadlineAt: Date.now() + START_TIMEOUT_MS, failure: () => ended, supervised: true });
  } catch (error) {
    child.kill('SIGTERM');
    throw explainStart(error, places, marks);
  }
}
