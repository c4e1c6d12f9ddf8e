import { AppError, type HakuriverAggregate, type HakuriverNode, type HakuriverNodeHealth, type Node } from '@weir/contract';

const UNKNOWN = -1;
const MIB = 1024 * 1024;

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
    numa_topology:
      node.numa.length === 0
        ? null
        : Object.fromEntries(node.numa.map((numa) => [String(numa.id), { core_count: numa.cpus, memory_bytes: numa.memory_bytes }])),
    gpu_info: toGpus(node),
  };
}

/** The newest sample of each node (or of the one named; throws `node_not_found`) and what they are together. */
export function readNodeHealth(
  all: readonly Node[],
  hostname: string | undefined,
): { nodes: HakuriverNodeHealth[]; aggregate: HakuriverAggregate } {
  const nodes = all.filter((node) => hostname === undefined || node.name === hostname);
  if (hostname !== undefined && nodes.length === 0)
    throw new AppError('node_not_found', `there is no node "${hostname}"`, { field: 'hostname', value: hostname });
  return { nodes: nodes.map(toHealth), aggregate: aggregate(nodes) };
}

function aggregate(nodes: readonly Node[]): HakuriverAggregate {
  const online = nodes.filter((node) => node.state === 'online');
  const samples = online.flatMap((node) => (node.usage === null ? [] : [{ node, usage: node.usage }]));
  const temperatures = samples.flatMap(({ usage }) => (usage.temperature === null ? [] : [usage.temperature]));
  const hottest = temperatures.length === 0 ? null : Math.max(...temperatures);
  return {
    totalNodes: nodes.length,
    onlineNodes: online.length,
    totalCores: sum(online.map((node) => node.cpus)),
    totalMemBytes: sum(online.map((node) => node.memory_bytes)),
    usedMemBytes: sum(samples.map(({ usage }) => usage.memoryUsedBytes)),
    avgCpuPercent: mean(samples.map(({ usage }) => usage.cpuPercent)),
    avgMemPercent: mean(samples.map(({ node, usage }) => (usage.memoryUsedBytes / node.memory_bytes) * 100)),
    maxAvgCpuTemp: hottest,
    maxMaxCpuTemp: hottest,
    lastUpdated: new Date().toISOString(),
  };
}

function toHealth(node: Node): HakuriverNodeHealth {
  const { usage } = node;
  return {
    hostname: node.name,
    status: statusOf(node),
    last_heartbeat: node.last_seen_at,
    cpu_percent: usage?.cpuPercent ?? null,
    memory_percent: usage === null ? null : (usage.memoryUsedBytes / node.memory_bytes) * 100,
    memory_used_bytes: usage?.memoryUsedBytes ?? null,
    memory_total_bytes: node.memory_bytes,
    current_avg_temp: usage?.temperature ?? null,
    current_max_temp: usage?.temperature ?? null,
    gpu_info: toGpus(node),
  };
}

function toGpus(node: Node): HakuriverNode['gpu_info'] {
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

function statusOf(node: Node): 'online' | 'offline' {
  return node.state === 'online' ? 'online' : 'offline';
}

function mean(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : sum(numbers) / numbers.length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
