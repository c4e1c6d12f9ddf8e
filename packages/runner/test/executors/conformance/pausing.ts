import { expect, test } from 'vitest';
import { type ExecutorBench } from '../executor-bench.ts';

export function describePausing(bench: () => ExecutorBench): void {
  const counter = 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done';

  test('a paused attempt stands still with all its processes and runs on when resumed', async () => {
    const id = bench().shell(1, `setsid sh -c '${counter}' & wait`);
    await bench().untilOutput(id, '3\n');
    bench().executor.pause(id);
    await bench().untilState(id, (state) => state.kind === 'running' && state.paused);
    const [size, later] = [bench().output(id).length, await sizeAfterOthersRan(bench(), id)];
    expect(later).toBe(size);
    bench().executor.resume(id);
    await bench().untilState(id, (state) => state.kind === 'running' && !state.paused);
    await bench().untilOutput(id, `${bench().output(id).trim().split('\n').length + 2}\n`);
  });

  test('a paused attempt can be stopped', async () => {
    const id = bench().shell(1, counter);
    await bench().untilOutput(id, '1\n');
    bench().executor.pause(id);
    await bench().untilState(id, (state) => state.kind === 'running' && state.paused);
    bench().executor.stop(id, { by: 'user', graceMs: 60_000, signal: 'TERM' });
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'stopped', by: 'user', code: null, signal: 15 });
  });

  test('time spent paused does not count against the time limit', async () => {
    const id = bench().shell(1, `echo ready; exec sleep 0.3`, { timeLimitMs: 1500 });
    await bench().untilOutput(id, 'ready');
    bench().executor.pause(id);
    await bench().untilState(id, (state) => state.kind === 'running' && state.paused);
    const other = bench().shell(2, 'sleep 1.6');
    await bench().ended(other);
    bench().executor.resume(id);
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'exited', code: 0 });
  });
}

/** The size of an attempt's output after some other attempt has run from start to end. */
async function sizeAfterOthersRan(bench: ExecutorBench, id: { jobId: number; attempt: number }): Promise<number> {
  await bench.ended(bench.shell(9000, 'sleep 0.2'));
  return bench.output(id).length;
}
