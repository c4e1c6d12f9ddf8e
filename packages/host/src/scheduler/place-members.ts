import type { NewMember } from '../allocations/allocation-store.ts';
import type { Start } from './core/model.ts';
import { chooseCpuIds } from './cpu-binding.ts';
import type { FleetCopy } from './mirror/fleet-copy.ts';
import type { Placed } from './start-jobs.ts';

/** Gives the members of these starts their ranks and the CPUs that they are bound to; no CPU is given twice. */
export function placeMembers(copy: FleetCopy, starts: readonly Start[]): Placed[] {
  const bound = new Map<string, Set<number>>();
  const boundOn = (name: string): Set<number> => {
    const known = bound.get(name) ?? new Set(copy.held.boundOn(name));
    bound.set(name, known);
    return known;
  };
  return starts.map(({ jobId, members }) => ({
    jobId,
    members: members.map((member, rank): NewMember => {
      const node = copy.node(member.node);
      const cpuIds = node === undefined || node.numa.length === 0 ? [] : chooseCpuIds(node, member, boundOn(member.node));
      if (cpuIds.length > 0) for (const id of cpuIds) boundOn(member.node).add(id);
      return {
        rank,
        node: member.node,
        cpus: member.cpus,
        cpu_ids: cpuIds,
        numa: member.numa,
        memory_bytes: member.memoryBytes,
        gpu_ids: [...member.gpuIds],
      };
    }),
  }));
}
