import { expect, test } from 'vitest';
import type { StopCause } from '@weir/contract';
import type { StopOrder } from '../../../src/executors/executor.ts';
import { type ExecutorBench, isAlive } from '../executor-bench.ts';

export function describeStopping(bench: () => ExecutorBench): void {
  const stop = (by: StopCause, graceMs: number, signal: StopOrder['signal'] = 'TERM') => ({ by, graceMs, signal });

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

  test('another signal than TERM goes to the program alone, which decides how it ends', async () => {
    const child = `sh -c 'trap "echo child saw it" USR1 TERM; echo child ready; while :; do sleep 0.02; done'`;
    const id = bench().shell(1, `${child} & trap "echo saved; exit 0" USR1; while :; do sleep 0.02; done`);
    await bench().untilOutput(id, 'child ready');
    bench().executor.stop(id, stop('preempted', 60_000, 'USR1'));
    await bench().untilOutput(id, 'saved');
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'stopped', by: 'preempted', code: 0, signal: null });
    expect(bench().output(id).split('saved')[0]).not.toContain('child saw it');
  });

  test('a program that makes nothing of its signal is killed after the grace with everything it started', async () => {
    const id = bench().shell(1, `(setsid sh -c 'trap "" TERM; echo pid $$; sleep 1000' &) ; trap "" USR2; while :; do sleep 0.02; done`);
    await bench().untilOutput(id, 'pid');
    bench().executor.stop(id, stop('preempted', 100, 'USR2'));
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'stopped', by: 'preempted', code: null, signal: 9 });
    expect(isAlive(Number(/pid (\d+)/.exec(bench().output(id))?.[1]))).toBe(false);
  });

  test("the user's stop wins over one to make room, and its TERM arrives too", async () => {
    const id = bench().shell(1, 'trap "" USR1; trap "exit 6" TERM; echo ready; while :; do sleep 0.02; done');
    await bench().untilOutput(id, 'ready');
    bench().executor.stop(id, stop('gang', 60_000, 'USR1'));
    bench().executor.stop(id, stop('user', 60_000));
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'stopped', by: 'user', code: 6, signal: null });
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
