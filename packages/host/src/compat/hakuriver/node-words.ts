import type { HakuriverNode, Node, NodeUsage } from '@weir/contract';

const UNKNOWN = -1;
const MIB = 1024 * 1024;

/** A node now, or as it was in a minute that is over. */
export type ObservedNode = Omit<Node, 'usage'> & { readonly usage: Omit<NodeUsage, 'load'> | null };

/** A node in their words. */
export function toHakuriverNode(node: Node): HakuriverNode {
  return {
    hostname: node.name,
    url: node.address,
    total_cores: node.cpus,
    cores_in_use: node.cpus_allocated,
    available_cores: node.cpus - node.cpus_allocated,
    status: statusOf(node),
    last_heartbeat: node.last_seen_at,
    numa_topology: toNuma(node),
    gpu_info: toGpus(node),
  };
}

/** The NUMA nodes of a node; null when it told none. */
export function toNuma({ numa }: ObservedNode): HakuriverNode['numa_topology'] {
  if (numa.length === 0) return null;
  return Object.fromEntries(numa.map(({ id, cpus, memory_bytes: bytes }) => [String(id), { core_count: cpus, memory_bytes: bytes }]));
}

/** What is known of each GPU of a node. */
export function toGpus(node: ObservedNode): HakuriverNode['gpu_info'] {
  return node.gpus.map((gpu) => {
    const sample = node.usage?.gpus.find((candidate) => candidate.index === gpu.index);
    const used = sample?.memoryUsedBytes ?? null;
    return {
      gpu_id: gpu.index,
      name: gpu.name,
      gpu_utilization: sample?.utilizationPercent ?? UNKNOWN,
      memory_total_mib: Math.round(gpu.memory_bytes / MIB),
      memory_used_mib: used === null ? UNKNOWN : Math.round(used / MIB),
      memory_free_mib: used === null ? UNKNOWN : Math.round((gpu.memory_bytes - used) / MIB),
      temperature: sample?.temperature ?? UNKNOWN,
      power_usage_mw: sample?.powerWatts === undefined || sample.powerWatts === null ? UNKNOWN : Math.round(sample.powerWatts * 1000),
    };
  });
}

/** A node that is suspect takes no jobs: for them it is offline. */
export function statusOf(node: ObservedNode): 'online' | 'offline' {
  return node.state === 'online' ? 'online' : 'offline';
}
