import { AppError } from '@weir/contract';
import { createLogger, waitForSignal } from '@weir/runtime';
import { readConfig } from './config.ts';
import { startHost } from './host.ts';

let log = createLogger('host', 'info');
try {
  const config = readConfig();
  log = createLogger('host', config.logLevel);
  const host = await startHost(config, log);
  await waitForSignal(log);
  await host.stop();
} catch (error) {
  log.fatal({ err: error }, error instanceof AppError ? error.message : 'the host cannot go on');
  process.exitCode = error instanceof AppError ? error.exitCode : 70;
}
