import { expect, test } from 'vitest';
import type { NodeUsage } from '@weir/contract';
import { meanUsage } from '../../../src/nodes/core/mean-usage.ts';

const sample = (cpuPercent: number, gpus: NodeUsage['gpus'] = []): NodeUsage => ({
  cpuPercent,
  memoryUsedBytes: cpuPercent * 1_001,
  load: 1,
  temperature: null,
  gpus,
});
const gpu = (index: number, utilizationPercent: number | null, memoryUsedBytes: number | null) => ({
  index,
  utilizationPercent,
  memoryUsedBytes,
  temperature: null,
  powerWatts: null,
});

test('a minute is the mean of its samples', () => {
  expect(meanUsage([sample(10), sample(11), sample(30)])).toEqual({ cpu_percent: 17, memory_used_bytes: 17_017, gpus: [] });
});

test('a GPU is the mean of what its driver told, in the order of its index', () => {
  const samples = [sample(0, [gpu(1, 50, 10), gpu(0, null, null)]), sample(0, [gpu(1, null, 15)]), sample(0, [gpu(1, 100, null)])];
  expect(meanUsage(samples).gpus).toEqual([
    { index: 0, utilization_percent: null, memory_used_bytes: null },
    { index: 1, utilization_percent: 75, memory_used_bytes: 13 },
  ]);
});
