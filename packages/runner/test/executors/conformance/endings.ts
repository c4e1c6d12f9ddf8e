import { expect, test } from 'vitest';
import { describeOutcome } from '@weir/contract';
import { type ExecutorBench } from '../executor-bench.ts';

export function describeEndings(bench: () => ExecutorBench): void {
  test.each([0, 1, 3, 42, 127, 137, 143, 255])('exit code %i is told as it is', async (code) => {
    const end = await bench().ended(bench().shell(1, `exit ${code}`));
    expect(end.outcome).toEqual({ kind: 'exited', code });
  });

  test.each([
    ['TERM', 15],
    ['KILL', 9],
    ['SEGV', 11],
    ['HUP', 1],
  ])('death by SIG%s is told as a signal, not as a code', async (signal, number) => {
    const end = await bench().ended(bench().shell(1, `kill -${signal} $$`));
    expect(end.outcome).toEqual({ kind: 'signaled', signal: number });
  });

  test('times tell when it ran', async () => {
    const before = Date.now();
    const end = await bench().ended(bench().shell(1, 'sleep 0.05'));
    expect(end.startedAt).toBeGreaterThanOrEqual(before);
    expect(end.endedAt).toBeGreaterThanOrEqual((end.startedAt ?? 0) + 50);
    expect(end.endedAt).toBeLessThanOrEqual(Date.now());
  });

  test('a command that is not there is a failed start that names it', async () => {
    const id = { jobId: 1, attempt: 1 };
    bench().order(id, { kind: 'command', argv: ['no-such-program-at-all', 'x'] });
    const end = await bench().ended(id);
    expect(describeOutcome(end.outcome)).toMatch(/^could not be started: .*"no-such-program-at-all".*no such file/);
    expect(end.startedAt).toBeNull();
  });

  test('a file that may not be executed is a failed start', async () => {
    const id = { jobId: 1, attempt: 1 };
    bench().order(id, { kind: 'command', argv: ['/etc/passwd'] });
    expect(describeOutcome((await bench().ended(id)).outcome)).toMatch(/^could not be started: .*permission denied/);
  });

  test('a working directory that is not there is a failed start that names it', async () => {
    const end = await bench().ended(bench().shell(1, 'true', { workdir: '/no/such/place' }));
    expect(describeOutcome(end.outcome)).toMatch(/^could not be started: .*"\/no\/such\/place".*no such file/);
  });

  test('many attempts at once all end with their own result', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => bench().shell(index + 1, `echo ${index}; exit ${index}`));
    for (const [index, id] of ids.entries()) {
      expect((await bench().ended(id)).outcome).toEqual({ kind: 'exited', code: index });
      expect(bench().output(id)).toBe(`${index}\n`);
    }
  });
}
