import { flushCompileCache } from 'node:module';
import { createLogger, waitForSignal } from '@weir/runtime';
import { readRunnerConfig } from './config.ts';
import { startRunner } from './start-runner.ts';

const config = readRunnerConfig();
const log = createLogger('runner', config.logLevel);
try {
  const runner = await startRunner(config, log);
  flushCompileCache(); // a runner that is killed leaves its compiled code to the next one, too
  await waitForSignal(log);
  await runner.stop();
} catch (error) {
  log.fatal({ err: error }, 'the runner cannot go on');
  process.exitCode = 1;
}
