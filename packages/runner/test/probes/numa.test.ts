import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseIdList } from '../../src/probes/id-list.ts';
import { probeNuma, readAllowedPlaces } from '../../src/probes/numa.ts';
import { FakeSys } from './fake-sys.ts';

let sys: FakeSys;
beforeEach(() => {
  sys = new FakeSys();
});
afterEach(() => sys.dispose());

function writeNode(id: number, cpulist: string, totalKb: number): void {
  sys.write(`devices/system/node/node${id}/cpulist`, `${cpulist}\n`);
  sys.write(`devices/system/node/node${id}/meminfo`, `Node ${id} MemTotal:       ${totalKb} kB\nNode ${id} MemFree:         1 kB\n`);
}

const allow = (cpus: string, mems: string) => readAllowedPlaces(`Name:\tnode\nCpus_allowed_list:\t${cpus}\nMems_allowed_list:\t${mems}\n`);

test.each([
  ['0-3,8,10-11\n', [0, 1, 2, 3, 8, 10, 11]],
  ['5', [5]],
  ['', []],
  ['\n', []],
  ['3-1', []],
])('the list %j names %j', (text, ids) => expect(parseIdList(text)).toEqual(ids));

test('each NUMA node is told with its CPUs and its memory, in the order of their numbers', () => {
  writeNode(10, '32-63', 4096);
  writeNode(2, '0-31', 2048);
  sys.write('devices/system/node/possible', '0-10\n');
  expect(probeNuma(allow('0-63', '0-10'), sys.root)).toEqual([
    { id: 2, cpuIds: Array.from({ length: 32 }, (_, index) => index), memoryBytes: 2048 * 1024 },
    { id: 10, cpuIds: Array.from({ length: 32 }, (_, index) => index + 32), memoryBytes: 4096 * 1024 },
  ]);
});

test('CPUs and memory that the runner may not use are left out', () => {
  writeNode(0, '0-3', 4096);
  writeNode(1, '4-7', 4096);
  writeNode(2, '8-11', 4096);
  writeNode(3, '', 4096);
  expect(probeNuma(allow('2-5', '0'), sys.root)).toEqual([
    { id: 0, cpuIds: [2, 3], memoryBytes: 4096 * 1024 },
    { id: 1, cpuIds: [4, 5], memoryBytes: 0 },
  ]);
});

test('a kernel without NUMA has no nodes', () => {
  expect(probeNuma(allow('0-3', '0'), sys.root)).toEqual([]);
});
