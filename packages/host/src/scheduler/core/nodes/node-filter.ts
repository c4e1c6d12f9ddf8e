import type { FleetNode, Placing } from '../model.ts';

/** True when a job may use the node at all: its name, partition, labels and executors; what is free is asked elsewhere. */
export function placingAllows(placing: Placing, node: FleetNode): boolean {
  if (placing.target !== null && placing.target.node !== node.name) return false;
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
