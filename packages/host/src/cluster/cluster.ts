import type { Logger, Loop } from '@weir/runtime';
import type { HostConfig } from '../config.ts';
import { SessionBook } from '../sessions/session-book.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import type { Store } from '../store/store.ts';
import { makeEventPollLoop } from './event-poll-loop.ts';
import { HostMembership } from './host-membership.ts';
import { readHostPlace } from './host-place.ts';
import { SOLE_LEADER, type Leadership } from './leadership.ts';
import { makeCpuCacheLoop } from './redis/cpu-cache.ts';
import { EVENT_CHANNEL, EventMessages } from './redis/event-messages.ts';
import { NodeRegistry } from './redis/node-registry.ts';
import { SchedulerLease } from './scheduler-lease.ts';

export interface ClusterParts {
  readonly config: HostConfig;
  readonly store: Store;
  readonly sessions: SessionRegistry;
  readonly log: Logger;
}

/** A host's place among those that share its store; alone on a SQLite file. */
export interface Cluster {
  readonly leadership: Leadership;
  readonly sessionBook: SessionBook;
  /** In the order in which they are to be started. */
  readonly loops: readonly Loop[];
  /** `ok`, or why Redis is away; undefined = there is none. */
  redisHealth(): string | undefined;
  /** Id of the host that schedules; null while nobody knows. */
  leader(): string | null;
  /** Called when a runner stopped in order. */
  readonly onNodeLeave: (node: string) => void;
  /** Makes sure that this host's id is its own, before anything else is done; throws `state_conflict`. */
  claim(): Promise<void>;
  /** Enters this host under the URL at which others reach it; before the loops start. */
  join(url: string): Promise<void>;
  /** Gives leadership and place back; after the loops have ended. A store that is away is not waited for. */
  leave(): Promise<void>;
}

/** Redis's driver is loaded only where it is used. */
export async function makeCluster(parts: ClusterParts): Promise<Cluster> {
  const { config, store, sessions, log } = parts;
  const { hostId } = config;
  const periodMs = Math.min(config.heartbeatMs, config.leaseMs / 3);
  const sessionBook = new SessionBook({ store, sessions, hostId, periodMs, log });
  const lease = store.kind === 'postgres' ? new SchedulerLease({ store, hostId, log }) : undefined;
  const leadership = lease ?? SOLE_LEADER;
  const membership =
    lease && new HostMembership({ store, leadership, hostId, place: readHostPlace(config.home), periodMs: config.heartbeatMs, log });
  const poll = lease && makeEventPollLoop(store, log);
  const { redisUrl } = config;
  const redis = redisUrl === undefined ? undefined : new (await import('./redis/redis-link.ts')).RedisLink(redisUrl, log);
  const registry = redis && new NodeRegistry({ store, redis, hostId, log });
  const cache = redis && makeCpuCacheLoop({ store, redis, leadership, log });
  const steps = [lease?.loop, membership?.loop, poll, sessionBook.loop, registry?.loop, cache];
  const messages = redis && poll && new EventMessages({ store, redis, poll });
  return {
    leadership,
    sessionBook,
    loops: steps.filter((loop) => loop !== undefined),
    redisHealth: () => redis?.health(),
    leader: () => (lease === undefined ? hostId : (lease.holder ?? null)),
    onNodeLeave: (node) => registry?.leave(node),
    claim: async () => membership?.claim(),
    join: async (url) => {
      redis?.start(EVENT_CHANNEL, (message) => messages?.take(message));
      if (membership === undefined) await sessionBook.open();
      else await membership.join(url);
    },
    leave: async () => {
      try {
        await sessionBook.close();
        await lease?.release();
        await membership?.leave();
      } catch (error) {
        log.warn({ err: error }, 'the other hosts find out by themselves that this one has stopped');
      }
      redis?.stop();
    },
  };
}
