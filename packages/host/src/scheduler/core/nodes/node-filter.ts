import type { FleetNode, Placing } from '../model.ts';

/** Nodes with the same labels and executors are of one kind: what may use one may use all. */
export type NodeKind = number;

/** Says which nodes a placing allows: by name, partition, labels and executors; what is free is asked elsewhere. */
export class PlacingFilter {
  private readonly placing: Placing;
  private readonly known: (boolean | undefined)[] = [];

  constructor(placing: Placing) {
    this.placing = placing;
  }

  allows(node: FleetNode, kind: NodeKind): boolean {
    if (this.placing.target !== null && this.placing.target.node !== node.name) return false;
    return (this.known[kind] ??= kindSuits(this.placing, node));
  }
}

function kindSuits(placing: Placing, node: FleetNode): boolean {
  return node.executors.includes(placing.executor) && partitionAllows(placing, node) && labelsAllow(placing, node);
}

/** A node without a label `partition` belongs to every partition. */
export function partitionAllows({ partition }: Placing, { labels }: FleetNode): boolean {
  return partition === null || labels['partition'] === undefined || labels['partition'] === partition;
}

/** True when the node has every label that the job asks for. */
export function labelsAllow(placing: Placing, { labels }: FleetNode): boolean {
  for (const name in placing.labels) if (labels[name] !== placing.labels[name]) return false;
  return true;
}

/** What makes nodes be of one kind. */
export function describeKind({ labels, executors }: FleetNode): string {
  return JSON.stringify([Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)), executors]);
}
