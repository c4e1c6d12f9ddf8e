import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@weir/contract/client';
import type { Config } from '../config.ts';
import { launch } from '../up/detach.ts';
import { sizeOfLog, tailOfLog } from '../up/log-file.ts';
import { logOf, placesOf } from '../up/places.ts';
import { readLivingRecord } from '../up/process-record.ts';
import { runnerProgram } from '../up/programs.ts';

const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 40;
const TAIL_LINES = 5;

/** Starts the home's runner as a process that outlives us; answers its pid once it has taken its place. Throws what its log says when it ends before. */
export async function startRunnerDetached(config: Config): Promise<number> {
  const places = placesOf(config.home);
  const logPath = logOf(places, 'runner');
  const mark = sizeOfLog(logPath);
  const runner = launch(runnerProgram(config), { cwd: places.home, logPath });
  const deadlineAt = Date.now() + PATIENCE_MS;
  while (Date.now() < deadlineAt) {
    const record = readLivingRecord(places.runner);
    if (record !== undefined && record.pid === runner.pid) return record.pid;
    if (runner.exitCode !== null || runner.signalCode !== null) break;
    await sleep(LOOK_EVERY_MS);
  }
  const tail = tailOfLog(logPath, mark, TAIL_LINES).join('\n');
  throw new AppError('internal', `the runner did not start; ${logPath} says:\n${tail}`);
}
