import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, createClient } from '@weir/contract/client';
import type { Places } from './places.ts';
import { readLivingRecord } from './process-record.ts';

const LOOK_EVERY_MS = 40;

/** How long to wait, and a reason to stop earlier. */
export interface Readiness {
  readonly deadlineAt: number;
  /** Why it will never be ready; undefined while it may. */
  readonly failure: () => string | undefined;
  /** Its supervisor must have said so: what answers may be left over from an earlier one. */
  readonly supervised?: boolean;
}

/** Waits until the home's host is healthy and a node is online; answers its address. Throws `wait_timed_out` or `host_unreachable` with what is missing. */
export async function waitUntilReady(places: Places, { deadlineAt, failure, supervised = false }: Readiness): Promise<string> {
  for (;;) {
    const failed = failure();
    if (failed !== undefined) throw new AppError('host_unreachable', failed);
    const url = supervised && readLivingRecord(places.up)?.url === undefined ? undefined : readLivingRecord(places.host)?.url;
    const health = url === undefined ? undefined : await askHealth(url);
    if (url !== undefined && health?.status === 'healthy' && health.nodes_online > 0) return url;
    if (Date.now() > deadlineAt) throw new AppError('wait_timed_out', describeLack(url, health));
    await sleep(LOOK_EVERY_MS);
  }
}

/** Asks a host how it is; undefined when it does not answer. */
export async function askHealth(url: string): Promise<Health | undefined> {
  try {
    return await createClient({ url, token: '', signal: AbortSignal.timeout(5_000) }).healthShow();
  } catch (error) {
    if (error instanceof AppError || (error instanceof Error && error.name === 'TimeoutError')) return undefined;
    throw error;
  }
}

type Health = Awaited<ReturnType<ReturnType<typeof createClient>['healthShow']>>;

function describeLack(url: string | undefined, health: Health | undefined): string {
  if (url === undefined) return 'the host has not begun to listen';
  if (health === undefined) return `the host at ${url} does not answer`;
  if (health.status !== 'healthy') {
    const wrong = Object.entries(health.checks).filter(([, state]) => state !== 'ok');
    return `the host at ${url} is not healthy: ${wrong.map(([part, state]) => `${part}: ${state}`).join(', ')}`;
  }
  return `the host at ${url} is healthy, but no node is online`;
}
