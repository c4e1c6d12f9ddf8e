import { AppError, formatBytes, type Inventory, type Node } from '@weir/contract';
import { listHeldAllocations, type Allocation } from '../allocations/allocation-store.ts';
import { jobCouldEverFit, type PlanNode } from '../scheduler/core/plan.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import type { JobRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { toIso } from '../store/time.ts';
import { listNodes, upsertNode, type StoredNode } from './node-store.ts';

interface Demand {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: number;
}

/** What is known of nodes, and what they have free. */
export class NodeService {
  readonly #store: Store;
  readonly #sessions: SessionRegistry;
  readonly #localNode: string;

  constructor(store: Store, sessions: SessionRegistry, localNode: string) {
    this.#store = store;
    this.#sessions = sessions;
    this.#localNode = localNode;
  }

  /** Stores what a runner found at the start of its session. */
  async register(name: string, inventory: Inventory): Promise<void> {
    await this.#store.write(async ({ db, emit }) => {
      await upsertNode(db, name, { inventory, local: name === this.#localNode });
      await emit({ type: 'node.online', node: name, data: { cpus: inventory.cpus, memory_bytes: inventory.memoryBytes } });
    });
  }

  /** Nodes that take jobs now (their runner is connected) with what they have free. */
  async listForPlan(): Promise<PlanNode[]> {
    const [nodes, held] = await Promise.all([this.#listReady(), listHeldAllocations(this.#store.read)]);
    return nodes.map((node) => toPlanNode(node, held));
  }

  async list(): Promise<Node[]> {
    const [nodes, held] = await Promise.all([listNodes(this.#store.read), listHeldAllocations(this.#store.read)]);
    return nodes.map((node) => this.#view(node, held));
  }

  /** Throws `node_not_found`. */
  async show(name: string): Promise<Node> {
    const node = (await this.list()).find((candidate) => candidate.name === name);
    if (node === undefined) throw new AppError('node_not_found', `there is no node "${name}"`, { field: 'name', value: name });
    return node;
  }

  /** Largest number of CPUs and whether any GPU is to be had on one node; 0 and false while no node is known. */
  async describeLargest(): Promise<{ cpus: number; hasGpu: boolean }> {
    const nodes = await listNodes(this.#store.read);
    return { cpus: Math.max(0, ...nodes.map((node) => node.cpus)), hasGpu: nodes.some((node) => node.gpus.length > 0) };
  }

  /** Throws `resources_never_fit` when nodes are known and none of them could hold the demand even when empty. */
  async refuseWhatNeverFits(demand: Demand): Promise<void> {
    const nodes = (await listNodes(this.#store.read)).map((node) => toPlanNode(node, []));
    if (nodes.length === 0 || jobCouldEverFit({ id: 0, ...demand }, nodes)) return;
    const largest = nodes.map((node) => `${node.name} (${node.cpus} CPUs, ${formatBytes(node.memoryBytes)}, ${node.gpus} GPUs)`).join(', ');
    throw new AppError('resources_never_fit', `no node could ever hold ${describeDemand(demand)}; there is ${largest}`, {
      field: 'cpus',
      value: demand.cpus,
    });
  }

  /** Looks at the nodes once and tells what each pending job waits for, for people. */
  async describeWaits(): Promise<(job: JobRow) => string> {
    const nodes = (await this.#listReady()).map((node) => toPlanNode(node, []));
    return (job) => {
      if (nodes.length === 0) return 'no node is online';
      const demand = { id: job.id, cpus: job.cpus, memoryBytes: job.memory_bytes ?? 0, gpus: job.gpus };
      if (!jobCouldEverFit(demand, nodes)) return `no online node is large enough for ${describeDemand(demand)}`;
      return `waiting for ${describeDemand(demand)}`;
    };
  }

  async #listReady(): Promise<StoredNode[]> {
    const nodes = await listNodes(this.#store.read);
    return nodes.filter((node) => node.state === 'online' && this.#sessions.find(node.name) !== undefined);
  }

  #view(node: StoredNode, held: readonly Allocation[]): Node {
    const own = held.filter((allocation) => allocation.node === node.name);
    const usedGpus = new Set(own.flatMap((allocation) => allocation.gpuIds));
    return {
      name: node.name,
      state: node.state,
      cpus: node.cpus,
      cpus_allocated: sum(own, (allocation) => allocation.cpus),
      memory_bytes: node.memory_bytes,
      memory_bytes_allocated: sum(own, (allocation) => allocation.memoryBytes),
      gpus: node.gpus.map((gpu) => ({
        index: gpu.index,
        name: gpu.name,
        memory_bytes: gpu.memoryBytes,
        allocated: usedGpus.has(gpu.index),
      })),
      jobs: own.length,
      hostname: node.hostname,
      os: node.os,
      runner_version: node.runner_version,
      last_seen_at: toIso(this.#sessions.find(node.name)?.lastSeenAt ?? node.last_seen_at),
      drained: node.drained,
      drain_reason: node.drain_reason,
      labels: node.labels,
      address: node.address,
      numa: node.numa.map((part) => ({ id: part.id, cpus: part.cpuIds.length, memory_bytes: part.memoryBytes })),
      executors: [...node.executors],
      usage: null,
    };
  }
}

function toPlanNode(node: StoredNode, held: readonly Allocation[]): PlanNode {
  const own = held.filter((allocation) => allocation.node === node.name);
  const usedGpus = new Set(own.flatMap((allocation) => allocation.gpuIds));
  return {
    name: node.name,
    cpus: node.cpus,
    memoryBytes: node.memory_bytes,
    gpus: node.gpus.length,
    freeCpus: node.cpus - sum(own, (allocation) => allocation.cpus),
    freeMemoryBytes: node.memory_bytes - sum(own, (allocation) => allocation.memoryBytes),
    freeGpuIds: node.gpus.map((gpu) => gpu.index).filter((index) => !usedGpus.has(index)),
  };
}

function describeDemand(demand: Demand): string {
  const parts = [`${demand.cpus} CPU${demand.cpus === 1 ? '' : 's'}`];
  if (demand.memoryBytes > 0) parts.push(formatBytes(demand.memoryBytes));
  if (demand.gpus > 0) parts.push(`${demand.gpus} GPU${demand.gpus === 1 ? '' : 's'}`);
  return parts.join(', ');
}

function sum<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((total, item) => total + measure(item), 0);
}
