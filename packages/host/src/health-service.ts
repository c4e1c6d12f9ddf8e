import type { Health } from '@weir/contract';
import type { Loop } from '@weir/runtime';
import { readLastSeq } from './events/event-store.ts';
import type { NodeService } from './nodes/node-service.ts';
import type { Store } from './store/store.ts';

export const VERSION = '0.1.0';

export interface HealthParts {
  readonly store: Store;
  readonly nodes: NodeService;
  readonly placement: Loop;
  readonly engine: Loop;
}

/** Whether every part of the host works; looks, never assumes. */
export class HealthService {
  readonly #parts: HealthParts;

  constructor(parts: HealthParts) {
    this.#parts = parts;
  }

  async check(): Promise<Health> {
    const store = await this.#checkStore();
    const checks = { store, scheduler: this.#parts.placement.health(), workflows: this.#parts.engine.health() };
    const nodes = store === 'ok' ? await this.#parts.nodes.list() : [];
    return {
      status: Object.values(checks).every((check) => check === 'ok') ? 'healthy' : 'unhealthy',
      version: VERSION,
      pid: process.pid,
      uptime_seconds: Math.round(process.uptime()),
      checks,
      nodes_online: nodes.filter((node) => node.state === 'online').length,
    };
  }

  async #checkStore(): Promise<string> {
    try {
      await readLastSeq(this.#parts.store.read);
      return this.#parts.store.health();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
