import { expect, test } from 'vitest';
import { parseCpuQuota } from '../../src/probes/cpu-count.ts';
import { readOsName, takeInventory } from '../../src/probes/inventory.ts';
import { measureMemory } from '../../src/probes/memory.ts';
import { testLog } from '../executors/executor-bench.ts';

const FACTS = { cpus: null, address: '10.0.0.7', executors: [], gpuTool: undefined };

test.each([
  ['200000 100000\n', 2],
  ['150000 100000', 2],
  ['max 100000', undefined],
  ['-1 100000', undefined],
  ['', undefined],
  [undefined, undefined],
])('a CPU quota of %j is %j CPUs', (text, cpus) => expect(parseCpuQuota(text)).toBe(cpus));

test('the name of the system is its pretty name', () => {
  expect(readOsName('ID=x\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')).toBe('Debian GNU/Linux 12 (bookworm)');
  expect(readOsName('')).toBe('Linux');
});

test('a limit on the node cuts its memory, an absent or absurd one does not', () => {
  expect(measureMemory(1024)).toBe(1024);
  expect(measureMemory(2 ** 62)).toBe(measureMemory(undefined));
  expect(measureMemory(0)).toBe(measureMemory(undefined));
});

test('the inventory of this machine is complete', async () => {
  const inventory = await takeInventory(testLog, FACTS);
  expect(inventory.cpus).toBeGreaterThan(0);
  expect(inventory.memoryBytes).toBeGreaterThan(64 * 1024 ** 2);
  expect(inventory.hostname).not.toBe('');
  expect(inventory.address).toBe('10.0.0.7');
  expect(inventory.numa.flatMap(({ cpuIds }) => cpuIds).length).toBeGreaterThanOrEqual(inventory.cpus);
});

test('a node offers as many CPUs as it is told to', async () => {
  expect((await takeInventory(testLog, { ...FACTS, cpus: 64 })).cpus).toBe(64);
  expect((await takeInventory(testLog, { ...FACTS, cpus: 64 })).numa).toEqual([]);
});
