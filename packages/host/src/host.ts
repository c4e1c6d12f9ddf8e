import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { AppError } from '@weir/contract';
import { readProcessIdentity, writeFileAtomic, type Logger } from '@weir/runtime';
import { buildApp } from './app.ts';
import type { HostConfig } from './config.ts';
import { lockHome } from './host-lock.ts';
import { writeLocalCredentials } from './identity/local-credentials.ts';
import { makeServices, type Services } from './services.ts';

export interface RunningHost {
  readonly url: string;
  readonly app: FastifyInstance;
  readonly services: Services;
  /** Stops taking requests, ends sessions (runners go on with their jobs), closes the store. */
  stop(): Promise<void>;
}

/**
 * Starts a host on its Weir home and listens; `run/host.json` names it from then on.
 * Throws `state_conflict` when the home has a host already, `invalid_input` when it cannot listen.
 */
export async function startHost(config: HostConfig, log: Logger): Promise<RunningHost> {
  const unlock = lockHome(config.home);
  try {
    const services = await makeServices(config, log);
    try {
      return await serve(services, config, unlock);
    } catch (error) {
      await services.store.close();
      throw error;
    }
  } catch (error) {
    unlock();
    throw error;
  }
}

async function serve(services: Services, config: HostConfig, unlock: () => void): Promise<RunningHost> {
  const { log } = services;
  await writeLocalCredentials(config, services.identity);
  const app = await buildApp(services, log);
  const url = await listen(app, config);
  services.address.url = url;
  await services.cluster.join(config.advertiseUrl ?? reachableUrl(url));
  for (const loop of services.loops) loop.start();
  const runFile = join(config.home, 'run', 'host.json');
  writeFileAtomic(runFile, `${JSON.stringify({ ...readProcessIdentity(process.pid), url })}\n`);
  log.info({ url, home: config.home }, 'host is up');
  const stop = async () => {
    rmSync(runFile, { force: true });
    services.sessions.closeAll();
    await app.close();
    for (const loop of services.loops) await loop.stop();
    await services.cluster.leave();
    await services.store.close();
    unlock();
  };
  return { url, app, services, stop };
}

/** Where others find a host that listens on every address of its machine. */
function reachableUrl(url: string): string {
  const reachable = new URL(url);
  if (['0.0.0.0', '[::]'].includes(reachable.hostname)) reachable.hostname = hostname();
  return reachable.origin;
}

async function listen(app: FastifyInstance, { listen: host, port }: HostConfig): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    const why = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE' ? 'another program listens there' : String(cause);
    throw new AppError('invalid_input', `cannot listen on ${host}:${port}: ${why}; set WEIR_LISTEN or WEIR_PORT`, {
      field: 'WEIR_PORT',
      value: port,
      cause,
    });
  }
}
