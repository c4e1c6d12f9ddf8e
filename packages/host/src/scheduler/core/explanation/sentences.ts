import type { FleetNode, NodeAbsence } from '../model.ts';
import type { ReachedLimit } from '../rules/tallies.ts';
import type { Shape } from '../shapes.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
/** Of many nodes so many are named. */
export const NAMED_NODES = 3;

const ABSENCES: Record<NodeAbsence, string> = { drained: 'drained', disconnected: 'not connected', suspect: 'suspect', lost: 'lost' };

/** What one member needs, for people: `8 CPUs, 16 GiB of memory`. */
export function describeNeeds({ demand, placing, gpus }: Shape): string {
  const ids = placing.target?.gpuIds ?? null;
  const gpuMemory = demand.gpuMemoryBytes > 0 ? ` with ${describeBytes(demand.gpuMemoryBytes)} each` : '';
  const parts = [
    demand.exclusive ? 'a whole node' : '',
    demand.cpus > 0 ? countOf(demand.cpus, 'CPU') : '',
    demand.memoryBytes > 0 ? `${describeBytes(demand.memoryBytes)} of memory` : '',
    ids !== null ? `GPU ${ids.join(', ')}` : '',
    ids === null && gpus > 0 ? `${countOf(gpus, 'GPU')}${demand.gpuType === null ? '' : ` of type ${demand.gpuType}`}${gpuMemory}` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

export function describeNode({ name, cpus, memoryBytes, gpus }: FleetNode): string {
  const kinds = [...new Set(gpus.map((gpu) => gpu.name))].join(', ');
  const ofGpus = gpus.length === 0 ? '' : `, ${countOf(gpus.length, 'GPU')} (${kinds})`;
  return `${name}: ${countOf(cpus, 'CPU')}, ${describeBytes(memoryBytes)}${ofGpus}`;
}

/** `a is drained, b is drained and lost, and others`: nodes that take no jobs, the first three with what keeps them. */
export function describeAway(nodes: readonly FleetNode[]): string {
  const named = nodes.slice(0, NAMED_NODES).map(({ name, away }) => `${name} is ${away.map((absence) => ABSENCES[absence]).join(' and ')}`);
  return nodes.length > named.length ? `${named.join(', ')}, and others` : named.join(', ');
}

export function describeLimit({ of, what, wanted, most }: ReachedLimit): string {
  const amount = (value: number) =>
    what === 'bytes of memory' ? `${describeBytes(value)} of memory` : `${value} ${value === 1 ? what.slice(0, -1) : what}`;
  return `${of} may have ${amount(most)} at once, with this job it would be ${amount(wanted)}`;
}

export function describeLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function describeBytes(bytes: number): string {
  const [size, unit] = bytes >= GIB ? [bytes / GIB, 'GiB'] : [bytes / MIB, 'MiB'];
  return `${Math.round(size * 10) / 10} ${unit}`;
}
