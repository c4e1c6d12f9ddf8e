import { setTimeout as pause } from 'node:timers/promises';
import { Loop, type Logger } from '@weir/runtime';
import type { Store } from '../../store/store.ts';
import type { Leadership } from '../leadership.ts';
import { sumAllocatedCpus } from './registry-store.ts';
import type { RedisLink } from './redis-link.ts';

const KEY = 'resource:allocated_cpus';
const PERIOD_MS = 300_000;
/** Shortest time between two sums: a burst of jobs is summed up a few times, not thousands of times. */
const PAUSE_MS = 200;

const CHANGES = new Set<string>(['job.starting', 'job.ended', 'job.requeued']);

export interface CpuCacheParts {
  readonly store: Store;
  readonly redis: RedisLink;
  readonly leadership: Leadership;
  readonly log: Logger;
}

/** `resource:allocated_cpus` in Redis, for programs of others: the leader sets it to what the store says, never up or down by something. */
export function makeCpuCacheLoop({ store, redis, leadership, log }: CpuCacheParts): Loop {
  const run = async () => {
    if (!leadership.isLeader || redis.health() !== 'ok') return;
    const cpus = await sumAllocatedCpus(store.read);
    await redis.run(['SET', KEY, String(cpus)]).catch((error: unknown) => log.warn({ err: error }, `${KEY} in Redis is not up to date`));
    await pause(PAUSE_MS);
  };
  const loop = new Loop({ name: 'cpu-cache', periodMs: PERIOD_MS, log, run });
  redis.onReady(() => loop.wake());
  leadership.onChange(() => loop.wake());
  store.onEvents((committed) => {
    if (committed.some(({ event }) => CHANGES.has(event.type))) loop.wake();
  });
  return loop;
}
