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
  return Object.fromEntries(numa.map(({ id, cpu_ids: cores = [], memory_bytes: bytes }) => [String(id), { cores, memory_bytes: bytes }]));
}

/** What is known of each GPU of a node. */
export function toGpus(node: ObservedNode): HakuriverNode['gpu_info'] {
  return node.gpus.map((gpu) => {
    const sample = node.usage?.gpus.find((candidate) => candidate.index === gpu.index);
    const used = sample?.memoryUsedBytes ?? null;
    return {
      gpu_id: gpu.index,
      name: gpu.name,
      driver_version: gpu.driver_version ?? '',
      pci_bus_id: gpu.bus_id ?? '',
      gpu_utilization: sample?.utilizationPercent ?? UNKNOWN,
      graphics_clock_mhz: sample?.graphicsClockMhz ?? UNKNOWN,
      mem_utilization: sample?.memoryUtilizationPercent ?? UNKNOWN,
      mem_clock_mhz: sample?.memoryClockMhz ?? UNKNOWN,
      memory_total_mib: Math.round(gpu.memory_bytes / MIB),
      memory_used_mib: used === null ? UNKNOWN : Math.round(used / MIB),
      memory_free_mib: used === null ? UNKNOWN : Math.round((gpu.memory_bytes - used) / MIB),
      temperature: sample?.temperature ?? UNKNOWN,
      fan_speed: sample?.fanPercent ?? UNKNOWN,
      power_usage_mw: toMilliwatts(sample?.powerWatts),
      power_limit_mw: toMilliwatts(sample?.powerLimitWatts),
    };
  });
}

function toMilliwatts(watts: number | null | undefined): number {
  return watts === null || watts === undefined ? UNKNOWN : Math.round(watts * 1000);
}

/** A node that is suspect takes no jobs: for them it is offline. */
export function statusOf(node: ObservedNode): 'online' | 'offline' {
  return node.state === 'online' ? 'online' : 'offline';
}
