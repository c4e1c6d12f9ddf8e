import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { type ExecutorBench } from '../executor-bench.ts';

const facts = 'grep -h _allowed_list /proc/self/status; grep -o -m1 "bind:[0-9]*" /proc/self/numa_maps || true';

export function describeBinding(bench: () => ExecutorBench): void {
  test('a job that holds CPUs runs on those alone, with the memory of their NUMA node', async () => {
    const id = bench().shell(1, facts, { cpuIds: [0], numa: 0 });
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'exited', code: 0 });
    expect(bench().output(id)).toMatch(/Cpus_allowed_list:\t0\nMems_allowed_list:\t0/);
  });

  test('a job that holds none may run on all', async () => {
    const id = bench().shell(1, 'nproc', { cpus: 2 });
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'exited', code: 0 });
    expect(bench().output(id)).toBe(`${availableParallelism()}\n`);
  });

  test('CPUs that the machine does not have are a failed start, not a job somewhere else', async () => {
    const id = bench().shell(1, 'echo ran', { cpuIds: [9999], numa: 0 });
    expect((await bench().ended(id)).outcome).toMatchObject({ kind: 'start_failed' });
    expect(bench().outputOrEmpty(id)).toBe('');
  });
}
