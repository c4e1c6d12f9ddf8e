import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@weir/contract/client';

/** Looks again and again whether more is allocated than a node has. */
export class CapacityWatch {
  samples = 0;
  readonly violations = new Set<string>();
  readonly #ask: () => Client;
  #watching: Promise<void> | undefined;
  #over = false;

  constructor(ask: () => Client) {
    this.#ask = ask;
  }

  start(everyMs: number): void {
    this.#watching = this.#watch(everyMs);
  }

  async stop(): Promise<void> {
    this.#over = true;
    await this.#watching;
  }

  async #watch(everyMs: number): Promise<void> {
    while (!this.#over) {
      // A host that is down is what the run is about: the next look counts.
      await this.#look().catch(() => undefined);
      await delay(everyMs);
    }
  }

  async #look(): Promise<void> {
    const client = this.#ask();
    const { nodes } = await client.nodeList();
    const held = new Map<string, Set<number>>();
    for (const node of nodes) {
      if (node.cpus_allocated > node.cpus) this.violations.add(`${node.name}: ${node.cpus_allocated} of ${node.cpus} CPUs allocated`);
      if (node.memory_bytes_allocated > node.memory_bytes) this.violations.add(`${node.name}: more memory allocated than it has`);
      held.set(node.name, new Set());
    }
    const { jobs } = await client.jobList({ query: { state: 'running', limit: 1000 } });
    for (const job of jobs) {
      for (const member of job.members.filter(({ released }) => !released)) {
        for (const gpu of member.gpu_ids) {
          const used = held.get(member.node);
          if (used?.has(gpu) === true) this.violations.add(`${member.node}: GPU ${gpu} allocated twice`);
          used?.add(gpu);
        }
      }
    }
    this.samples += 1;
  }
}
