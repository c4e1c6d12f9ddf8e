import { expect, test } from 'vitest';
import type { JobCreate } from '@weir/contract';
import { checkNodes, readCpus, readGpus } from '../../../src/jobs/submit/demand.ts';

test.each<[JobCreate, number]>([
  [{}, 1],
  [{ cpus: 0 }, 0],
  [{ cpus: 7 }, 7],
  [{ ntasks_per_node: 3 }, 3],
  [{ cpus_per_task: 4 }, 4],
  [{ ntasks_per_node: 3, cpus_per_task: 4 }, 12],
  [{ ntasks_per_node: 3, cpus_per_task: 4, cpus: 12 }, 12],
  [{ ntasks_per_node: 3, cpus: 6 }, 6],
])('%j takes %i CPUs', (create, cpus) => expect(readCpus(create)).toBe(cpus));

test.each<[JobCreate, string]>([
  [{ ntasks_per_node: 3, cpus_per_task: 4, cpus: 13 }, 'cpus'],
  [{ ntasks_per_node: 3, cpus_per_task: 4, cpus: 11 }, 'cpus'],
  [{ ntasks_per_node: 3, cpus: 2 }, 'cpus'],
  [{ ntasks_per_node: 65_536, cpus_per_task: 65_536 }, 'cpus_per_task'],
])('%j contradicts itself in %s', (create, field) => {
  expect(() => readCpus(create)).toThrow(
    expect.objectContaining({ code: 'invalid_input', detail: expect.objectContaining({ field }) as object }),
  );
});

test.each<[JobCreate, number]>([
  [{}, 0],
  [{ gpus: 2 }, 2],
  [{ target: { node: 'n', gpu_ids: [3, 5] } }, 2],
  [{ target: { node: 'n', gpu_ids: [3, 5] }, gpus: 2 }, 2],
  [{ gpu_type: 'a100' }, 1],
  [{ gpu_memory_bytes: 1 }, 1],
  [{ gpu_type: 'a100', gpus: 4 }, 4],
])('%j takes %i GPUs', (create, gpus) => expect(readGpus(create)).toBe(gpus));

test.each<JobCreate>([
  { gpus: 1, target: { node: 'n', gpu_ids: [0, 1] } },
  { gpus: 0, gpu_type: 'a100' },
])('%j contradicts itself in gpus', (create) => {
  expect(() => readGpus(create)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});

test('a gang cannot run at one place', () => {
  expect(() => checkNodes({ nodes: 2, target: { node: 'n' } })).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  expect(() => checkNodes({ nodes: 1, target: { node: 'n' } })).not.toThrow();
});
