import type { Command } from 'commander';
import { AppError } from '@weir/contract/client';
import type { Config } from '../config.ts';
import { cancelAllJobs } from '../jobs/cancel-all.ts';
import { examples, handleText, type Invocation } from '../invocation.ts';
import { note, print } from '../output/terminal.ts';
import { placesOf } from '../up/places.ts';
import { readLivingRecord } from '../up/process-record.ts';
import { waitUntilReady } from '../up/readiness.ts';
import { signalProcess, stopProcess, waitForEnd } from '../up/stop-process.ts';

const STOP_TIMEOUT_MS = 30_000;
const GRACE_MS = 10_000;

interface Options {
  readonly cancelJobs?: boolean;
}

/** `weir down`. */
export function define(command: Command, config: Config): void {
  command
    .option('--cancel-jobs', 'first cancel every job that has not ended, and wait for their ends')
    .addHelpText(
      'after',
      examples('weir down', 'weir down --cancel-jobs') + '\n\nRunning jobs are left to run on; the next weir up follows them again.',
    );
  handleText<Options>(command, config, shutDown);
}

async function shutDown(call: Invocation<Options>): Promise<void> {
  const places = placesOf(call.config.home);
  const supervisor = readLivingRecord(places.up);
  const running = [supervisor, readLivingRecord(places.runner), readLivingRecord(places.host)].filter((record) => record !== undefined);
  if (running.length === 0) return print(`Weir is not running in ${call.config.home}`);
  if (call.options.cancelJobs === true) {
    // A host that was just killed is being started again.
    if (supervisor !== undefined) await waitUntilReady(places, { deadlineAt: Date.now() + STOP_TIMEOUT_MS, failure: () => undefined });
    const cancelled = await cancelAllJobs(call.link());
    note(`cancelled ${cancelled} job${cancelled === 1 ? '' : 's'}`);
  }
  if (supervisor !== undefined) {
    signalProcess(supervisor, 'SIGTERM');
    if (!(await waitForEnd(supervisor, STOP_TIMEOUT_MS))) {
      throw new AppError('wait_timed_out', `the supervisor (pid ${supervisor.pid}) does not end: look at ${places.logs}`);
    }
  }
  for (const path of [places.runner, places.host]) {
    const left = readLivingRecord(path);
    if (left !== undefined) await stopProcess(left, GRACE_MS);
  }
  await print('Weir is down');
}
