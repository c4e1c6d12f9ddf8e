import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync } from 'node:fs';
import { AppError } from '@weir/contract/client';
import type { Config } from '../config.ts';
import { openLog, sizeOfLog, tailOfLog } from './log-file.ts';
import { logOf, placesOf } from './places.ts';
import { ownProgram, type Listening, type Program } from './programs.ts';
import { waitUntilReady } from './readiness.ts';
import { START_TIMEOUT_MS } from './run-supervisor.ts';
import { START_FAILED } from './start-failure.ts';

/** The supervisor gives up first: it knows more. */
const PATIENCE_MS = 2 * START_TIMEOUT_MS;
const TAIL_LINES = 40;

/** Starts a supervisor that outlives us and shares nothing with us, and waits until it is ready; answers the host's address. */
export async function startDetached(config: Config, { listen, port }: Listening): Promise<string> {
  const places = placesOf(config.home);
  mkdirSync(places.home, { recursive: true, mode: 0o700 });
  const words = ['up', ...(port === undefined ? [] : ['--port', String(port)]), ...(listen === undefined ? [] : ['--listen', listen])];
  const logPath = logOf(places, 'up');
  const mark = sizeOfLog(logPath);
  const supervisor = launch(ownProgram(config, words), { cwd: places.home, logPath });
  // One that finds the home taken ends with 0: then the other one is waited for.
  const failure = () => ([null, 0].includes(supervisor.exitCode) ? undefined : 'its supervisor has ended');
  try {
    return await waitUntilReady(places, { deadlineAt: Date.now() + PATIENCE_MS, failure, supervised: true });
  } catch (error) {
    await end(supervisor);
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, readFailure(logPath, mark) ?? `${START_FAILED}${error.message}`, { cause: error });
  }
}

/** Starts a program that outlives us, with its output in a log. */
export function launch({ args, environment }: Program, { cwd, logPath }: { cwd: string; logPath: string }): ChildProcess {
  const log = openLog(logPath);
  const child = spawn(process.execPath, args, { cwd, env: environment, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** What the supervisor said of its failure. */
function readFailure(logPath: string, mark: number): string | undefined {
  const text = tailOfLog(logPath, mark, TAIL_LINES).join('\n');
  const start = text.lastIndexOf('weir: ');
  return start === -1 ? undefined : text.slice(start + 'weir: '.length);
}
