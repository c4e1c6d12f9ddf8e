import type { FleetNode } from '../model.ts';
import { spaceHolds } from '../nodes/fit.ts';
import { labelsAllow, partitionAllows } from '../nodes/node-filter.ts';
import type { NodeRoom } from '../nodes/node-room.ts';
import type { NodeTable } from '../nodes/node-table.ts';
import { Space } from '../nodes/space.ts';
import type { Shape } from '../shapes.ts';
import { countOf, describeLabels, describeNeeds, describeNode, NAMED_NODES } from './sentences.ts';

/** Why no node, were it empty and ready, could hold the job; null when there are enough that could, or while no node is known. */
export function findRefusal(table: NodeTable, shape: Shape): string | null {
  if (table.size === 0 || hasEnoughNodes(table, shape)) return null;
  const nodes = table.rooms.map(({ node }) => node);
  return refuseTarget(table, shape) ?? refusePlacing(nodes, shape) ?? refuseSizes(table, shape);
}

function hasEnoughNodes(table: NodeTable, shape: Shape): boolean {
  let found = 0;
  for (const room of table.rooms) {
    if (couldHold(room, shape)) found += 1;
    if (found === shape.placing.nodes) return true;
  }
  return false;
}

/** True when the node, were it empty and ready, could hold one member. */
export function couldHold({ node, kind }: NodeRoom, shape: Shape): boolean {
  const { cpus, memoryBytes } = shape.demand;
  if (cpus > node.cpus || memoryBytes > node.memoryBytes || shape.gpus > node.gpus.length) return false;
  return shape.filter.allows(node, kind) && spaceHolds(new Space(node), shape);
}

function refuseTarget(table: NodeTable, shape: Shape): string | null {
  const { target } = shape.placing;
  if (target === null) return null;
  const room = table.find(target.node);
  if (room === undefined) return `there is no node ${target.node}: name one that is listed, or leave the target out`;
  const { node } = room;
  if (target.numa !== null && !node.numa.some(({ id }) => id === target.numa)) return `node ${node.name} has no NUMA node ${target.numa}`;
  const missing = target.gpuIds?.find((id) => !node.gpus.some(({ index }) => index === id));
  if (missing !== undefined) return `node ${node.name} has no GPU ${missing}: it has ${countOf(node.gpus.length, 'GPU')}`;
  return shape.placing.nodes > 1 ? `a target is one node, and the job asks for ${shape.placing.nodes}` : null;
}

function refusePlacing(nodes: readonly FleetNode[], { placing }: Shape): string | null {
  const { partition, labels, executor, target } = placing;
  const asked = nodes.filter(({ name }) => target === null || name === target.node);
  const subject = target === null ? 'no node' : `node ${target.node}`;
  const not = target === null ? '' : ' not';
  if (!asked.some((node) => partitionAllows(placing, node))) return `${subject} is${not} in partition ${partition ?? ''}`;
  if (!asked.some((node) => labelsAllow(placing, node)))
    return target === null
      ? `no node has the labels ${describeLabels(labels)}`
      : `node ${target.node} has not the labels ${describeLabels(labels)}`;
  if (asked.some((node) => node.executors.includes(executor))) return null;
  if (executor === 'stages')
    return `${subject} has${not} the engine of workflows: "npm run setup" on a node, then a restart of its runner, brings it`;
  return target === null ? `no node offers the executor ${executor}` : `node ${target.node} does not offer the executor ${executor}`;
}

function refuseSizes(table: NodeTable, shape: Shape): string {
  const allowed = table.rooms.filter(({ node, kind }) => shape.filter.allows(node, kind));
  if (allowed.length === 0) return 'no node satisfies its partition, labels and executor together';
  const able = allowed.filter((room) => couldHold(room, shape)).length;
  const largest = allowed
    .map(({ node }) => node)
    .sort(
      (left, right) =>
        right.gpus.length * shape.gpus - left.gpus.length * shape.gpus || right.cpus - left.cpus || right.memoryBytes - left.memoryBytes,
    )
    .slice(0, NAMED_NODES)
    .map(describeNode)
    .join('; ');
  const where = shape.placing.target?.numa ?? null;
  const place = where === null ? '' : ` in its NUMA node ${where}`;
  if (able > 0)
    return `it asks for ${shape.placing.nodes} nodes with ${describeNeeds(shape)}, and only ${able} could ever hold that: ${largest}`;
  return `no node that it may use has ${describeNeeds(shape)}${place}; the largest: ${largest}`;
}
