import type { Change, Demand, FleetNode, Placing } from '../model.ts';
import type { Shape, ShapeWish } from '../shapes.ts';
import { describeLabels } from './sentences.ts';

const MIB = 1024 ** 2;

/** Says on which node a job that asks for this would start now; undefined when it would not. */
export type Probe = (wish: ShapeWish) => string | undefined;

interface Search {
  readonly shape: Shape;
  readonly probe: Probe;
}

/** The smallest single changes that would start the job now: each differs from the request in one field only. */
export function listChanges(search: Search & { readonly nodes: readonly FleetNode[]; readonly spans: readonly number[] }): Change[] {
  return [
    findSmallerDemand(search, { field: 'cpus', key: 'cpus', least: 1, unit: 1 }),
    findSmallerDemand(search, { field: 'memory_bytes', key: 'memoryBytes', least: 1, unit: MIB }),
    findSmallerDemand(search, { field: 'gpus', key: 'gpus', least: 0, unit: 1 }),
    findGpuType(search),
    findGpuMemory(search),
    findFewerNodes(search),
    findShorterLimit(search),
    findLiftedExclusive(search),
    ...findLiftedPlacing(search),
  ].filter((change) => change !== undefined);
}

function withDemand({ demand, placing, timeLimitMs }: Shape, changes: Partial<Demand>): ShapeWish {
  return { demand: { ...demand, ...changes }, placing, timeLimitMs };
}

function withPlacing({ demand, placing, timeLimitMs }: Shape, changes: Partial<Placing>): ShapeWish {
  return { demand, placing: { ...placing, ...changes }, timeLimitMs };
}

/** The largest of `least` to `most` (whole numbers) that starts; what is smaller fits as well. */
function findLargest(range: { least: number; most: number }, starts: (value: number) => string | undefined) {
  let { least: low, most: high } = range;
  let best: { value: number; node: string } | undefined;
  while (low <= high) {
    const middle = best === undefined ? low : Math.ceil((low + high) / 2);
    const node = starts(middle);
    if (node === undefined && best === undefined) return undefined;
    if (node === undefined) high = middle - 1;
    else {
      best = { value: middle, node };
      low = middle + 1;
    }
  }
  return best;
}

interface SizeField {
  readonly field: 'cpus' | 'memory_bytes' | 'gpus';
  readonly key: 'cpus' | 'memoryBytes' | 'gpus';
  readonly least: number;
  readonly unit: number;
}

function findSmallerDemand({ shape, probe }: Search, { field, key, least, unit }: SizeField): Change | undefined {
  const from = shape.demand[key];
  const most = Math.ceil(from / unit) - 1;
  if (key === 'gpus' && (shape.placing.target?.gpuIds ?? null) !== null) return undefined;
  const best = findLargest({ least, most }, (value) => probe(withDemand(shape, { [key]: value * unit })));
  return best && { field, from, to: best.value * unit, node: best.node };
}

function findGpuType({ shape, probe, nodes }: Search & { nodes: readonly FleetNode[] }): Change | undefined {
  if (shape.demand.gpuType === null) return undefined;
  const types = new Set(nodes.flatMap(({ gpus }) => gpus.map(({ name }) => name.toLowerCase())));
  for (const type of [...types].sort()) {
    const node = probe(withDemand(shape, { gpuType: type }));
    if (node !== undefined) return { field: 'gpu_type', from: shape.demand.gpuType, to: type, node };
  }
  return undefined;
}

function findGpuMemory({ shape, probe, nodes }: Search & { nodes: readonly FleetNode[] }): Change | undefined {
  const from = shape.demand.gpuMemoryBytes;
  const sizes = new Set(nodes.flatMap(({ gpus }) => gpus.map(({ memoryBytes }) => memoryBytes)).filter((size) => size < from));
  for (const to of [...sizes].sort((left, right) => right - left)) {
    const node = probe(withDemand(shape, { gpuMemoryBytes: to }));
    if (node !== undefined) return { field: 'gpu_memory_bytes', from, to, node };
  }
  return undefined;
}

function findFewerNodes({ shape, probe }: Search): Change | undefined {
  const from = shape.placing.nodes;
  const best = findLargest({ least: 1, most: from - 1 }, (nodes) => probe(withPlacing(shape, { nodes })));
  return best && { field: 'nodes', from, to: best.value, node: best.node };
}

/** The longest time until something that is in its way begins. */
function findShorterLimit({ shape, probe, spans }: Search & { spans: readonly number[] }): Change | undefined {
  const { demand, placing, timeLimitMs: from } = shape;
  const shorter = new Set(spans.filter((span) => span >= 1000 && span < (from ?? Infinity)));
  for (const to of [...shorter].sort((left, right) => right - left)) {
    const node = probe({ demand, placing, timeLimitMs: to });
    if (node !== undefined) return { field: 'time_limit_ms', from, to, node };
  }
  return undefined;
}

function findLiftedExclusive({ shape, probe }: Search): Change | undefined {
  if (!shape.demand.exclusive) return undefined;
  const node = probe(withDemand(shape, { exclusive: false }));
  return node === undefined ? undefined : { field: 'exclusive', from: 'true', to: 'false', node };
}

function findLiftedPlacing({ shape, probe }: Search): (Change | undefined)[] {
  const { target, labels, partition } = shape.placing;
  const asked = describeLabels(labels);
  const lifts = [
    { field: 'target', from: target?.node ?? null, without: { target: null } },
    { field: 'labels', from: asked === '' ? null : asked, without: { labels: {} } },
    { field: 'partition', from: partition, without: { partition: null } },
  ] as const;
  return lifts.map(({ field, from, without }) => {
    const node = from === null ? undefined : probe(withPlacing(shape, without));
    return node === undefined ? undefined : { field, from, to: null, node };
  });
}
