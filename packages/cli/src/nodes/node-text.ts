import { formatBytes, type Labels, type Node, type NodeState, type NodeUsage } from '@weir/contract/client';
import { paint, type Color } from '../output/terminal.ts';

const COLORS: Record<NodeState, Color> = { online: 'green', suspect: 'yellow', lost: 'red' };

/** A node's state in its colour; one that takes no new jobs says so. */
export function paintNodeState({ state, drained }: Pick<Node, 'state' | 'drained'>): { readonly painted: string } {
  return { painted: paint(COLORS[state], state) + (drained ? paint('yellow', ', drained') : '') };
}

/** Labels as they are typed: `gpu=a100,rack=2`. */
export function formatLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** What a node is doing now: `CPU 12%, 3.1 GiB used, load 0.8, 54 °C`. */
export function formatUsage({ cpuPercent, memoryUsedBytes, load, temperature }: NodeUsage): string {
  const heat = temperature === null ? [] : [`${temperature.toFixed(0)} °C`];
  return [`CPU ${cpuPercent.toFixed(0)}%`, `${formatBytes(memoryUsedBytes)} used`, `load ${load.toFixed(1)}`, ...heat].join(', ');
}

/** What one GPU of a node is doing now: `87%, 31.0 GiB used, 61 °C, 240 W`; empty where the driver tells nothing. */
export function formatGpuUsage(usage: NodeUsage | null, index: number): string {
  const gpu = usage?.gpus.find((one) => one.index === index);
  if (gpu === undefined) return '';
  return [
    ...(gpu.utilizationPercent === null ? [] : [`${gpu.utilizationPercent.toFixed(0)}%`]),
    ...(gpu.memoryUsedBytes === null ? [] : [`${formatBytes(gpu.memoryUsedBytes)} used`]),
    ...(gpu.temperature === null ? [] : [`${gpu.temperature.toFixed(0)} °C`]),
    ...(gpu.powerWatts === null ? [] : [`${gpu.powerWatts.toFixed(0)} W`]),
  ].join(', ');
}
