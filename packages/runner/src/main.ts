import { flushCompileCache } from 'node:module';
import { AppError } from '@weir/contract/protocol';
import { createLogger, waitForSignal } from '@weir/runtime';
import { readRunnerConfig } from './config.ts';
import { startRunner } from './start-runner.ts';

let log = createLogger('runner', 'info');
try {
  const config = readRunnerConfig();
  log = createLogger('runner', config.logLevel);
  const runner = await startRunner(config, log);
  flushCompileCache(); // a runner that is killed leaves its compiled code to the next one, too
  await waitForSignal(log);
  await runner.stop();
} catch (error) {
  log.fatal({ err: error }, error instanceof AppError ? error.message : 'the runner cannot go on');
  process.exitCode = error instanceof AppError ? error.exitCode : 1;
}
