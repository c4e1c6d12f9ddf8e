import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readProcessIdentity, writeFileAtomic, type Logger } from '@weir/runtime';
import { buildApp } from './app.ts';
import type { HostConfig } from './config.ts';
import { writeLocalCredentials } from './identity/local-credentials.ts';
import { makeServices, type Services } from './services.ts';

export interface RunningHost {
  readonly url: string;
  readonly services: Services;
  /** Stops taking requests, ends sessions (runners go on with their jobs), closes the store. */
  stop(): Promise<void>;
}

/** Starts a host on its Weir home and listens; `run/host.json` names it from then on. */
export async function startHost(config: HostConfig, log: Logger): Promise<RunningHost> {
  const services = await makeServices(config, log);
  await writeLocalCredentials(config, services.identity);
  const app = await buildApp(services, log);
  const url = await app.listen({ host: config.listen, port: config.port });
  services.address.url = url;
  for (const loop of services.loops) loop.start();
  const runFile = join(config.home, 'run', 'host.json');
  writeFileAtomic(runFile, `${JSON.stringify({ ...readProcessIdentity(process.pid), url })}\n`);
  log.info({ url, home: config.home }, 'host is up');
  const stop = async () => {
    rmSync(runFile, { force: true });
    services.sessions.closeAll();
    await app.close();
    for (const loop of services.loops) await loop.stop();
    await services.store.close();
  };
  return { url, services, stop };
}
