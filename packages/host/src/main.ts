import { createLogger, waitForSignal } from '@weir/runtime';
import { readConfig } from './config.ts';
import { startHost } from './host.ts';

const config = readConfig();
const log = createLogger('host', config.logLevel);
const host = await startHost(config, log);
await waitForSignal(log);
await host.stop();
