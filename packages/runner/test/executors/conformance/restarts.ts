import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { outputFile } from '../../../src/node-folders.ts';
import { type ExecutorBench } from '../executor-bench.ts';

export function describeRestarts(bench: () => ExecutorBench): void {
  test('a running attempt goes on and is found again with its start', async () => {
    const gate = join(bench().home, 'gate');
    const id = bench().shell(1, `echo ready; until [ -e ${gate} ]; do sleep 0.02; done; exit 9`);
    await bench().untilState(id, (state) => state.kind === 'running');
    const before = bench().executor.state(id);
    await bench().reopen();
    expect(bench().executor.state(id)).toEqual(before);
    mkdirSync(gate);
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'exited', code: 9 });
  });

  test('an end that nobody saw is found, with its own times', async () => {
    const id = bench().shell(1, 'echo ready; sleep 0.1; kill -9 $$');
    await bench().untilOutput(id, 'ready');
    await bench().executor.close();
    const other = new Date();
    await bench().reopen();
    const end = await bench().ended(id);
    expect(end.outcome).toEqual({ kind: 'signaled', signal: 9 });
    expect(end.startedAt).toBeLessThanOrEqual(other.getTime());
  });

  test('a second start of an attempt does nothing, before and after a restart', async () => {
    const id = bench().shell(1, 'echo once; sleep 0.2');
    bench().shell(1, 'echo twice');
    await bench().reopen();
    bench().shell(1, 'echo thrice');
    await bench().ended(id);
    bench().shell(1, 'echo later');
    expect(bench().outputOrEmpty(id)).not.toMatch(/twice|thrice|later/);
  });

  test('whatever moment the runner dies at, an attempt runs once or never', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => bench().shell(index + 1, 'echo ran'));
    await bench().reopen();
    for (const id of ids) {
      const { outcome } = await bench().ended(id);
      const ran = bench().outputOrEmpty(id);
      expect([outcome, ran]).toEqual(
        outcome.kind === 'never_started' ? [{ kind: 'never_started' }, ''] : [{ kind: 'exited', code: 0 }, 'ran\n'],
      );
    }
  });

  test('a forgotten attempt leaves no record, only its output', async () => {
    const id = bench().shell(1, 'echo kept');
    await bench().ended(id);
    bench().executor.forget(id);
    expect(bench().executor.state(id)).toBeUndefined();
    expect(readdirSync(bench().folders.attempts).filter((file) => !file.startsWith('spare.'))).toEqual([]);
    expect(readFileSync(outputFile(bench().folders, id, 'stdout'), 'utf8')).toBe('kept\n');
  });
}
