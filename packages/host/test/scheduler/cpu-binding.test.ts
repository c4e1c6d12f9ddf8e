import { expect, test } from 'vitest';
import { chooseCpuIds } from '../../src/scheduler/cpu-binding.ts';
import type { FleetNode, Member } from '../../src/scheduler/core/model.ts';

const NODE: FleetNode = {
  name: 'a',
  cpus: 8,
  memoryBytes: 1,
  gpus: [],
  numa: [
    { id: 0, cpuIds: [0, 2, 4, 6], memoryBytes: 1 },
    { id: 1, cpuIds: [1, 3, 5, 7], memoryBytes: 1 },
  ],
  labels: {},
  executors: [],
  away: [],
  load: 0,
};
const member = (cpus: number, numa: number | null = null): Member => ({ node: 'a', cpus, memoryBytes: 0, gpuIds: [], numa });

test.each<[string, { node: FleetNode; asked: Member; bound: number[] }, number[]]>([
  ['free CPUs of the chosen NUMA node', { node: NODE, asked: member(2, 1), bound: [1] }, [3, 5]],
  ['the NUMA node with the most room when none was chosen', { node: NODE, asked: member(2), bound: [0, 2] }, [1, 3]],
  ['the rest from the next NUMA node', { node: NODE, asked: member(6, 0), bound: [] }, [0, 1, 2, 3, 4, 6]],
  ['nothing without CPUs', { node: NODE, asked: member(0), bound: [] }, []],
  ['nothing where the topology is not known', { node: { ...NODE, numa: [] }, asked: member(2), bound: [] }, []],
  ['nothing where the topology is not that of the CPUs offered', { node: { ...NODE, cpus: 64 }, asked: member(2), bound: [] }, []],
  ['nothing when too few are left', { node: NODE, asked: member(2), bound: [0, 1, 2, 3, 4, 5, 6] }, []],
])('a job is bound to %s', (_sentence, { node, asked, bound }, expected) => {
  expect(chooseCpuIds(node, asked, new Set(bound))).toEqual(expected);
});
