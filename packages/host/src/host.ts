import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { AppError } from '@weir/contract';
import { readProcessIdentity, writeFileAtomic, type Logger, type Loop } from '@weir/runtime';
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
 * Throws `state_conflict` when the home has a host already or the store one with its id, `invalid_input` when it cannot listen.
 */
export async function startHost(config: HostConfig, log: Logger): Promise<RunningHost> {
  // Undone in reverse, when the host stops and when it cannot start: a host that is half there would answer and do nothing.
  await using started = new AsyncDisposableStack();
  started.defer(lockHome(config.home));
  const services = await makeServices(config, log);
  started.defer(() => services.store.close());
  await services.cluster.claim();
  await writeLocalCredentials(config, services.identity);
  const app = await buildApp(services, log);
  started.defer(() => services.cluster.leave());
  started.defer(() => stopAll(services.loops));
  started.defer(() => app.close());
  started.defer(() => services.sessions.closeAll());
  const url = await listen(app, config);
  services.address.url = url;
  await services.cluster.join(config.advertiseUrl ?? reachableUrl(url));
  for (const loop of services.loops) loop.start();
  const runFile = join(config.home, 'run', 'host.json');
  writeFileAtomic(runFile, `${JSON.stringify({ ...readProcessIdentity(process.pid), url })}\n`);
  started.defer(() => rmSync(runFile, { force: true }));
  log.info({ url, home: config.home }, 'host is up');
  const running = started.move();
  return { url, app, services, stop: () => running.disposeAsync() };
}

async function stopAll(loops: readonly Loop[]): Promise<void> {
  for (const loop of loops) await loop.stop();
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
    const why = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE' ? 'another program listens there' : String(cause);
    throw new AppError('invalid_input', `cannot listen on ${host}:${port}: ${why}; set WEIR_LISTEN or WEIR_PORT`, {
      field: 'WEIR_PORT',
      value: port,
      cause,
    });
  }
}
