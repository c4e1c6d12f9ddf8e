import { AppError, type CompatHealth, type HakuriverAggregate, type HakuriverNodeHealth, type NodeUsageMinute } from '@weir/contract';
import type { NodeService } from '../../nodes/node-service.ts';
import { statusOf, toGpus, toNuma, type ObservedNode } from './node-words.ts';

/** Their host keeps 60 samples. */
const PAST_MINUTES = 59;
/** Their dashboard asks every second: of a larger fleet it is told the newest sample alone. */
const MOST_NODES_WITH_PAST = 100;

/**
 * What nodes (or the one named; throws `node_not_found`) do and are together, oldest sample first: the means of the last 59 minutes,
 * as far as a node told something in them, and what they do now.
 */
export async function readNodeHealth(
  nodes: Pick<NodeService, 'list' | 'listUsage'>,
  hostname: string | undefined,
): Promise<Pick<CompatHealth, 'nodes' | 'aggregate'>> {
  const told = (await nodes.list()).filter((node) => hostname === undefined || node.name === hostname);
  if (hostname !== undefined && told.length === 0)
    throw new AppError('node_not_found', `there is no node "${hostname}"`, { field: 'hostname', value: hostname });
  const names = told.length > MOST_NODES_WITH_PAST ? [] : told.map(({ name }) => name);
  const past = new Map<string, Map<string, NodeUsageMinute>>();
  for (const { name, minutes } of await nodes.listUsage(names, PAST_MINUTES)) {
    for (const minute of minutes) past.set(minute.at, (past.get(minute.at) ?? new Map<string, NodeUsageMinute>()).set(name, minute));
  }
  const samples = [...past]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([at, minutes]) => ({ at, nodes: told.map((node) => recall(node, minutes.get(node.name))) }));
  const all = [...samples, { at: new Date().toISOString(), nodes: told }];
  return { nodes: all.map((sample) => sample.nodes.map(toHealth)), aggregate: all.map((sample) => aggregate(sample.nodes, sample.at)) };
}

/** The node as it was in a minute; offline where it told nothing. */
function recall(node: ObservedNode, minute: NodeUsageMinute | undefined): ObservedNode {
  if (minute === undefined) return { ...node, state: 'lost', last_seen_at: null, usage: null };
  const gpus = minute.gpus.map((gpu) => ({
    index: gpu.index,
    utilizationPercent: gpu.utilization_percent,
    memoryUsedBytes: gpu.memory_used_bytes,
    temperature: null,
    powerWatts: null,
  }));
  const usage = { cpuPercent: minute.cpu_percent, memoryUsedBytes: minute.memory_used_bytes, temperature: null, gpus };
  return { ...node, state: 'online', last_seen_at: minute.at, usage };
}

function toHealth(node: ObservedNode): HakuriverNodeHealth {
  const { usage } = node;
  return {
    hostname: node.name,
    status: statusOf(node),
    last_heartbeat: node.last_seen_at,
    cpu_percent: usage?.cpuPercent ?? null,
    memory_percent: usage === null ? null : (usage.memoryUsedBytes / node.memory_bytes) * 100,
    memory_used_bytes: usage?.memoryUsedBytes ?? null,
    memory_total_bytes: node.memory_bytes,
    total_cores: node.cpus,
    numa_topology: toNuma(node),
    current_avg_temp: usage?.temperature ?? null,
    current_max_temp: usage?.temperature ?? null,
    gpu_info: toGpus(node),
  };
}

function aggregate(nodes: readonly ObservedNode[], at: string): HakuriverAggregate {
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
    lastUpdated: at,
  };
}

function mean(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : sum(numbers) / numbers.length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
