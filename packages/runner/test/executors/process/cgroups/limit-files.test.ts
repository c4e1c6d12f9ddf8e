import { afterEach, beforeEach, expect, test } from 'vitest';
import { cpuSetFiles, cpuWeightFiles, memoryFiles } from '../../../../src/executors/process/cgroups/limit-files.ts';
import { FakeSys } from '../../../probes/fake-sys.ts';

let sys: FakeSys;
beforeEach(() => {
  sys = new FakeSys();
});
afterEach(() => sys.dispose());

test('a memory limit leaves no way out through swap', () => {
  expect(memoryFiles({ version: 1, dir: '' }, 4096)).toEqual([
    ['memory.limit_in_bytes', '4096'],
    ['memory.memsw.limit_in_bytes', '4096'],
  ]);
  expect(memoryFiles({ version: 2, dir: '' }, 4096)).toEqual(expect.arrayContaining([['memory.swap.max', '0']]));
});

test('version 1 binds to the memory of the group above when no NUMA node is named; version 2 inherits it', () => {
  sys.write('cpuset.mems', '0-1\n');
  const bind = { cpuIds: [4, 5], numa: null };
  expect(cpuSetFiles({ version: 1, dir: sys.root }, bind)).toEqual([
    ['cpuset.cpus', '4,5'],
    ['cpuset.mems', '0-1'],
  ]);
  expect(cpuSetFiles({ version: 2, dir: sys.root }, bind)).toEqual([['cpuset.cpus', '4,5']]);
  expect(cpuSetFiles({ version: 2, dir: sys.root }, { ...bind, numa: 1 })).toContainEqual(['cpuset.mems', '1']);
});

test.each([
  [1, 4, ['cpu.shares', '4096']],
  [2, 4, ['cpu.weight', '400']],
  [2, 65_536, ['cpu.weight', '10000']],
] as const)('version %i gives %i CPUs the weight %j', (version, cpus, file) => {
  expect(cpuWeightFiles({ version, dir: '' }, cpus)).toEqual([file]);
});
