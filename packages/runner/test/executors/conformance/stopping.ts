import { expect, test } from 'vitest';
import { type ExecutorBench, isAlive } from '../executor-bench.ts';

export function describeStopping(bench: () => ExecutorBench): void {
  const stop = (by: 'user' | 'superseded', graceMs: number) => ({ by, graceMs });

  test('TERM comes first, and the way it went is told', async () => {
    const id = bench().shell(1, 'trap "echo bye; exit 5" TERM; echo ready; while :; do sleep 0.01; done');
    await bench().untilOutput(id, 'ready');
    bench().executor.stop(id, stop('user', 60_000));
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'stopped', by: 'user', code: 5, signal: null });
    expect(bench().output(id)).toBe('ready\nbye\n');
  });

  test('a program deaf to TERM is killed after the grace', async () => {
    const id = bench().shell(1, 'trap "" TERM; echo ready; while :; do sleep 0.05; done');
    await bench().untilOutput(id, 'ready');
    bench().executor.stop(id, stop('user', 100));
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'stopped', by: 'user', code: null, signal: 9 });
  });

  test('children that are deaf, double forked or in sessions of their own end with it', async () => {
    const id = bench().shell(
      1,
      `sh -c 'trap "" TERM; echo pid $$; while :; do sleep 0.05; done' &
       (setsid sh -c 'trap "" TERM; echo pid $$; while :; do sleep 0.05; done' &) &
       setsid sh -c '(sh -c "echo pid \\$\\$; sleep 1000" &)' &
       echo pid $$; while :; do sleep 0.05; done`,
    );
    await bench().untilOutput(id, 'pid');
    while (
      (
        bench()
          .output(id)
          .match(/pid \d+/g) ?? []
      ).length < 4
    )
      await bench().untilOutput(id, 'pid');
    bench().executor.stop(id, stop('user', 100));
    await bench().ended(id);
    const pids = [
      ...bench()
        .output(id)
        .matchAll(/pid (\d+)/g),
    ].map((match) => Number(match[1]));
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('what a program leaves behind ends with it, and its own result counts', async () => {
    const id = bench().shell(
      1,
      `setsid sh -c 'trap "" TERM; echo pid $$; while :; do sleep 0.05; done' & until [ -s "$WEIR_JOB_DIR/1.stdout" ]; do :; done; exit 3`,
    );
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'exited', code: 3 });
    expect(isAlive(Number(/pid (\d+)/.exec(bench().output(id))?.[1]))).toBe(false);
  });

  test('a stop right after the start leaves nothing, whatever it met', async () => {
    for (let jobId = 1; jobId <= 20; jobId += 1) {
      const id = bench().shell(jobId, 'echo pid $$; exec sleep 1000');
      bench().executor.stop(id, stop('user', 1000));
      expect((await bench().ended(id)).outcome).toMatchObject({ kind: 'stopped', by: 'user' });
      expect(
        [
          ...bench()
            .outputOrEmpty(id)
            .matchAll(/pid (\d+)/g),
        ].filter((match) => isAlive(Number(match[1]))),
      ).toEqual([]);
    }
  });

  test('a stop of an ended attempt changes nothing', async () => {
    const id = bench().shell(1, 'exit 4');
    const end = await bench().ended(id);
    bench().executor.stop(id, stop('user', 0));
    expect(bench().executor.state(id)).toEqual(end);
  });

  test('repeated stops end it once; a later one may shorten the grace', async () => {
    const id = bench().shell(1, 'trap "" TERM; echo ready; while :; do sleep 0.05; done');
    await bench().untilOutput(id, 'ready');
    bench().executor.stop(id, stop('user', 3_600_000));
    bench().executor.stop(id, stop('superseded', 50));
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'stopped', by: 'user', code: null, signal: 9 });
    expect(
      bench()
        .states(id)
        .filter((state) => state.kind === 'ended'),
    ).toHaveLength(1);
  });

  test('a time limit stops it', async () => {
    const id = bench().shell(1, 'exec sleep 1000', { timeLimitMs: 50 });
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'stopped', by: 'time_limit', code: null, signal: 15 });
  });
}
