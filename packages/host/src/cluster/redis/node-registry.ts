import { Loop, type Logger } from '@weir/runtime';
import type { Store } from '../../store/store.ts';
import { listRegistryNodes, type RegistryNode } from './registry-store.ts';
import type { RedisLink } from './redis-link.ts';

const TTL_SECONDS = 60;
const PERIOD_MS = 20_000;

export interface NodeRegistryParts {
  readonly store: Store;
  readonly redis: RedisLink;
  readonly hostId: string;
  readonly log: Logger;
}

/** `worker:{node}` in Redis, for programs of others: a hash for each node that is connected to this host, gone a minute after its last beat. */
export class NodeRegistry {
  readonly loop: Loop;
  readonly #parts: NodeRegistryParts;

  constructor(parts: NodeRegistryParts) {
    this.#parts = parts;
    this.loop = new Loop({ name: 'node-registry', periodMs: PERIOD_MS, log: parts.log, run: () => this.#round() });
    parts.redis.onReady(() => this.loop.wake());
    parts.store.onEvents((committed) => {
      if (committed.some(({ event }) => event.type.startsWith('node.'))) this.loop.wake();
    });
  }

  /** Takes out a node that stopped in order. */
  leave(node: string): void {
    if (this.#parts.redis.health() === 'ok') this.#parts.redis.run(['DEL', keyOf(node)]).catch(() => undefined);
  }

  async #round(): Promise<void> {
    const { store, redis, hostId, log } = this.#parts;
    if (redis.health() !== 'ok') return;
    const nodes = await listRegistryNodes(store.read, hostId);
    try {
      for (const node of nodes) await redis.run(...describeNode(node));
    } catch (error) {
      log.warn({ err: error }, 'the registry of nodes in Redis is not up to date');
    }
  }
}

function describeNode(node: RegistryNode): string[][] {
  const key = keyOf(node.name);
  const fields = {
    worker_id: node.name,
    cpus: String(node.cpus),
    hostname: node.hostname,
    status: node.drained === 1 ? 'draining' : node.state,
    last_heartbeat: new Date(node.last_seen_at).toISOString(),
  };
  return [
    ['HSETNX', key, 'registered_at', fields.last_heartbeat],
    ['HSET', key, ...Object.entries(fields).flat()],
    ['EXPIRE', key, String(TTL_SECONDS)],
  ];
}

function keyOf(node: string): string {
  return `worker:${node}`;
}
