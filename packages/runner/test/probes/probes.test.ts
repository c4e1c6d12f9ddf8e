import { expect, test } from 'vitest';
import { parseCpuQuota } from '../../src/probes/cpu-count.ts';
import { parseGpus } from '../../src/probes/gpus/gpu-inventory.ts';
import { readOsName, takeInventory } from '../../src/probes/inventory.ts';
import { measureMemory } from '../../src/probes/memory.ts';
import { testLog } from '../executors/executor-bench.ts';

const FACTS = { cpus: null, address: '10.0.0.7', executors: [], searchPath: '/usr/bin:/bin' };

test.each([
  ['200000 100000\n', 2],
  ['150000 100000', 2],
  ['max 100000', undefined],
  ['-1 100000', undefined],
  ['', undefined],
  [undefined, undefined],
])('a CPU quota of %j is %j CPUs', (text, cpus) => expect(parseCpuQuota(text)).toBe(cpus));

test('GPUs are read from lines of the driver tool; other lines are left out', () => {
  const text =
    '0, 00000000:3B:00.0, 81920, NVIDIA A100-SXM4-80GB\n1, 00000000:AF:00.0, 24576, Odd, Name\nNo devices were found\n2, X, [N/A]\n';
  expect(parseGpus(text, (busId) => (busId.includes('3B') ? 1 : null))).toEqual([
    { index: 0, name: 'NVIDIA A100-SXM4-80GB', memoryBytes: 81920 * 1024 ** 2, numa: 1 },
    { index: 1, name: 'Odd, Name', memoryBytes: 24576 * 1024 ** 2, numa: null },
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
  const inventory = await takeInventory(testLog, FACTS);
  expect(inventory.cpus).toBeGreaterThan(0);
  expect(inventory.memoryBytes).toBeGreaterThan(64 * 1024 ** 2);
  expect(inventory.hostname).not.toBe('');
});

test('a node offers as many CPUs as it is told to', async () => {
  expect((await takeInventory(testLog, { ...FACTS, cpus: 64 })).cpus).toBe(64);
});
