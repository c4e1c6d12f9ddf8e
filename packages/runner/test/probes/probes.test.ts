import { expect, test } from 'vitest';
import { parseCpuQuota } from '../../src/probes/cpu-count.ts';
import { parseGpus } from '../../src/probes/gpus.ts';
import { readOsName, takeInventory } from '../../src/probes/inventory.ts';
import { measureMemory } from '../../src/probes/memory.ts';
import { testLog } from '../executors/executor-bench.ts';

test.each([
  ['200000 100000\n', 2],
  ['150000 100000', 2],
  ['max 100000', undefined],
  ['-1 100000', undefined],
  ['', undefined],
  [undefined, undefined],
])('a CPU quota of %j is %j CPUs', (text, cpus) => expect(parseCpuQuota(text)).toBe(cpus));

test('GPUs are read from lines of the driver tool; other lines are left out', () => {
  expect(parseGpus('0, NVIDIA A100-SXM4-80GB, 81920\n1, Odd, Name, 24576\nNo devices were found\n2, X, [N/A]\n')).toEqual([
    { index: 0, name: 'NVIDIA A100-SXM4-80GB', memoryBytes: 81920 * 1024 ** 2 },
    { index: 1, name: 'Odd, Name', memoryBytes: 24576 * 1024 ** 2 },
  ]);
});

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
  const inventory = await takeInventory(testLog, null);
  expect(inventory.cpus).toBeGreaterThan(0);
  expect(inventory.memoryBytes).toBeGreaterThan(64 * 1024 ** 2);
  expect(inventory.hostname).not.toBe('');
});

test('a node offers as many CPUs as it is told to', async () => {
  expect((await takeInventory(testLog, 64)).cpus).toBe(64);
});
