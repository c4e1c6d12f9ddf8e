import type { FleetNode, Member } from './core/model.ts';

/**
 * The CPUs that a member is bound to: free ones, those of its NUMA node first, then node by node so that they lie close together.
 * Empty where the node's topology is not known or does not add up to its CPUs: nothing is bound there.
 */
export function chooseCpuIds(node: FleetNode, member: Member, bound: ReadonlySet<number>): number[] {
  const known = node.numa.reduce((sum, { cpuIds }) => sum + cpuIds.length, 0);
  if (known !== node.cpus || member.cpus === 0) return [];
  const free = node.numa.map(({ id, cpuIds }) => ({ id, cpuIds: cpuIds.filter((cpu) => !bound.has(cpu)) }));
  free.sort((left, right) => rank(right, member) - rank(left, member) || left.id - right.id);
  const chosen = free.flatMap(({ cpuIds }) => cpuIds).slice(0, member.cpus);
  return chosen.length < member.cpus ? [] : chosen.sort((left, right) => left - right);
}

/** The wanted NUMA node first, then those with the most free CPUs. */
function rank(numa: { readonly id: number; readonly cpuIds: readonly number[] }, member: Member): number {
  return numa.id === member.numa ? Infinity : numa.cpuIds.length;
}
