import type { Node, NodeUsage } from '@weir/contract';
import { toIsoOrNull } from '../store/time.ts';
import { NOTHING_HELD, type Held } from './held-store.ts';
import type { StoredNode } from './node-store.ts';

/** What a view shows besides the row. */
export interface NodeFacts {
  readonly held: Held | undefined;
  /** What this host heard last; absent where the session is on another host. */
  readonly lastSeenAt: number | undefined;
  readonly usage: NodeUsage | undefined;
}

/** A node as the API shows it. */
export function toNode(node: StoredNode, facts: NodeFacts): Node {
  const { jobs, cpus, memoryBytes, gpuIds } = facts.held ?? NOTHING_HELD;
  return {
    name: node.name,
    state: node.state,
    cpus: node.cpus,
    cpus_allocated: cpus,
    memory_bytes: node.memory_bytes,
    memory_bytes_allocated: memoryBytes,
    gpus: node.gpus.map((gpu) => ({
      index: gpu.index,
      name: gpu.name,
      memory_bytes: gpu.memoryBytes,
      allocated: gpuIds.has(gpu.index),
      ...(gpu.busId === undefined ? {} : { bus_id: gpu.busId }),
      ...(gpu.driverVersion === undefined ? {} : { driver_version: gpu.driverVersion }),
    })),
    jobs,
    hostname: node.hostname,
    os: node.os,
    runner_version: node.runner_version,
    last_seen_at: toIsoOrNull(facts.lastSeenAt ?? node.last_seen_at),
    drained: node.drained,
    drain_reason: node.drain_reason,
    labels: node.labels,
    address: node.address,
    numa: node.numa.map((part) => ({ id: part.id, cpus: part.cpuIds.length, memory_bytes: part.memoryBytes, cpu_ids: part.cpuIds })),
    executors: [...node.executors],
    usage: facts.usage ?? node.usage,
  };
}
