import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ExecutorBench } from '../executor-bench.ts';

const MIB = 1024 * 1024;

export function describeMemoryLimits(bench: () => ExecutorBench): void {
  test('more than the limit ends it as oom_killed', async () => {
    const limit = 64 * MIB;
    const id = bench().shell(1, 'exec perl -e \'my @a; push @a, "x" x 1048576 for 1..400; sleep 1000\'', { memoryBytes: limit });
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'oom_killed', limitBytes: limit });
  });

  test('less than the limit is left alone', async () => {
    const id = bench().shell(1, 'exec perl -e \'my @a; push @a, "x" x 1048576 for 1..20; exit 6\'', { memoryBytes: 128 * MIB });
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'exited', code: 6 });
  });

  test('an oom seen by nobody is told after a restart', async () => {
    const limit = 64 * MIB;
    const gate = join(bench().home, 'gate');
    const id = bench().shell(
      1,
      `echo ready; until [ -e ${gate} ]; do sleep 0.02; done; exec perl -e 'my @a; push @a, "x" x 1048576 for 1..400'`,
      {
        memoryBytes: limit,
      },
    );
    await bench().untilOutput(id, 'ready');
    await bench().executor.close();
    mkdirSync(gate);
    await bench().reopen();
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'oom_killed', limitBytes: limit });
  });
}
