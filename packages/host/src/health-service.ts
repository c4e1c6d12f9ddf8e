import { AppError, type Health } from '@weir/contract';
import type { Loop } from '@weir/runtime';
import type { Cluster } from './cluster/cluster.ts';
import { readLastSeq } from './events/event-store.ts';
import type { NodeService } from './nodes/node-service.ts';
import type { Store } from './store/store.ts';

export const VERSION = '0.1.0';

export interface HealthParts {
  readonly store: Store;
  readonly nodes: NodeService;
  readonly placement: Loop;
  readonly engine: Loop;
  /** Every loop of the host. */
  readonly loops: readonly Loop[];
  readonly cluster: Cluster;
  readonly hostId: string;
}

/** Whether every part of the host works; looks, never assumes. */
export class HealthService {
  readonly #parts: HealthParts;

  constructor(parts: HealthParts) {
    this.#parts = parts;
  }

  async check(): Promise<Health> {
    const { cluster, placement, engine, hostId } = this.#parts;
    const store = await this.#checkStore();
    const vital = { store, scheduler: placement.health(), workflows: engine.health(), loops: this.#checkLoops() };
    const redis = cluster.redisHealth();
    return {
      status: Object.values(vital).every((check) => check === 'ok') ? 'healthy' : 'unhealthy',
      version: VERSION,
      pid: process.pid,
      uptime_seconds: Math.round(process.uptime()),
      // Redis decides nothing: a host without it is slower to hear of others, and well.
      checks: { ...vital, ...(redis === undefined ? {} : { redis }) },
      host: hostId,
      leader: cluster.leadership.isLeader,
      leading_host: cluster.leader(),
      nodes_online: store === 'ok' ? await this.#countOnline() : 0,
    };
  }

  #checkLoops(): string {
    const bad = this.#parts.loops.filter((loop) => loop.health() !== 'ok');
    return bad.length === 0 ? 'ok' : bad.map((loop) => `${loop.name}: ${loop.health()}`).join('; ');
  }

  async #countOnline(): Promise<number> {
    return (await this.#parts.nodes.list()).filter((node) => node.state === 'online').length;
  }

  async #checkStore(): Promise<string> {
    try {
      await readLastSeq(this.#parts.store.read);
      return this.#parts.store.health();
    } catch (error) {
      return error instanceof AppError && error.cause instanceof Error ? `${error.message} (${error.cause.message})` : String(error);
    }
  }
}
