import type { Event, Node } from '@weir/contract/client';

interface Held {
  readonly node: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpuIds: readonly number[];
}

/**
 * Goes through everything that happened in its order and adds up what attempts held: more than a node has, or a GPU held twice, at any
 * moment, is a violation, and so is what an attempt still holds at the end. Events are the only witness that misses no moment.
 */
export function replayHoldings(events: readonly Event[], nodes: readonly Node[]): string[] {
  const capacity = new Map(nodes.map((node) => [node.name, node]));
  const held = new Map<string, Held[]>();
  const violations: string[] = [];
  for (const event of events) {
    const key = `${event.job_id ?? 0}.${String(event.data['attempt'])}`;
    if (event.type === 'job.starting') {
      if (held.has(key)) violations.push(`attempt ${key} was started twice`);
      held.set(key, readMembers(event.data['members']));
      for (const { node } of held.get(key) ?? []) violations.push(...checkNode(capacity.get(node), [...held.values()].flat()));
    } else if (event.type === 'job.updated' && typeof event.data['released'] === 'string') {
      const rest = held.get(key)?.filter(({ node }) => node !== event.data['released']);
      if (rest !== undefined) held.set(key, rest);
    } else if (event.type === 'job.ended' || event.type === 'job.requeued') {
      held.delete(key);
    }
  }
  return [...violations, ...[...held.keys()].map((key) => `attempt ${key} was never released`)];
}

function checkNode(node: Node | undefined, all: readonly Held[]): string[] {
  if (node === undefined) return [];
  const own = all.filter((holding) => holding.node === node.name);
  const sum = (measure: (holding: Held) => number) => own.reduce((total, holding) => total + measure(holding), 0);
  const gpus = own.flatMap(({ gpuIds }) => gpuIds);
  return [
    ...(sum(({ cpus }) => cpus) > node.cpus ? [`${node.name} held ${sum(({ cpus }) => cpus)} of ${node.cpus} CPUs`] : []),
    ...(sum(({ memoryBytes }) => memoryBytes) > node.memory_bytes ? [`${node.name} held more memory than it has`] : []),
    ...(new Set(gpus).size < gpus.length ? [`${node.name} held a GPU twice: ${gpus.join(', ')}`] : []),
  ];
}

function readMembers(value: unknown): Held[] {
  if (!Array.isArray(value)) return [];
  return value.map((member: { node: string; cpus: number; memory_bytes: number; gpu_ids: number[] }) => ({
    node: member.node,
    cpus: member.cpus,
    memoryBytes: member.memory_bytes,
    gpuIds: member.gpu_ids,
  }));
}
