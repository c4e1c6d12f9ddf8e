import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { killAndWait, RunnerBench, sh } from './runner-bench.ts';

let bench: RunnerBench;
beforeEach(async () => {
  bench = await RunnerBench.open();
});
afterEach(() => bench.dispose());

test('jobs go on when the runner is killed, and their ends are told by the next one', async () => {
  const first = bench.spawnRunner();
  await bench.host.untilConnected();
  const gate = join(bench.home, 'gate');
  for (let jobId = 1; jobId <= 3; jobId += 1)
    bench.host.order(jobId, sh(`echo started; until [ -e ${gate} ]; do sleep 0.02; done; exit ${jobId}`));
  for (let jobId = 1; jobId <= 3; jobId += 1) await bench.host.untilRunning(jobId);
  await killAndWait(first);
  bench.spawnRunner();
  await bench.host.until(() => bench.host.hellos().length === 2);
  expect(bench.host.hellos()[1]?.attempts).toMatchObject([1, 2, 3].map((jobId) => ({ jobId, attempt: 1, kind: 'running' })));
  mkdirSync(gate);
  for (let jobId = 1; jobId <= 3; jobId += 1) expect(await bench.host.outcome(jobId)).toEqual({ kind: 'exited', code: jobId });
});

test('a time limit holds while no runner is there', async () => {
  const first = bench.spawnRunner();
  await bench.host.untilConnected();
  bench.host.order(1, { ...sh('exec sleep 1000'), timeLimitMs: 700 });
  await bench.host.untilRunning(1);
  await killAndWait(first);
  const hasEnded = () => readdirSync(join(bench.home, 'node/attempts')).some((name) => name.startsWith('1.1.exit.'));
  while (!hasEnded()) await new Promise((resolve) => setTimeout(resolve, 10));
  bench.spawnRunner();
  expect(await bench.host.outcome(1)).toEqual({ kind: 'stopped', by: 'time_limit', code: null, signal: 15 });
});

test('killed at any moment under load, every job runs at most once and every end is told', async () => {
  const jobs = 150;
  let runner = bench.spawnRunner();
  await bench.host.untilConnected();
  for (let jobId = 1; jobId <= jobs; jobId += 1) bench.host.order(jobId, sh('echo ran'));
  for (const share of [0.2, 0.5, 0.8]) {
    await bench.host.until(() => countEnded(jobs) >= jobs * share);
    await killAndWait(runner);
    runner = bench.spawnRunner();
  }
  for (let jobId = 1; jobId <= jobs; jobId += 1) {
    const outcome = await bench.host.outcome(jobId);
    const ran = outcome.kind !== 'never_started';
    expect({ jobId, outcome, output: readOutput(jobId) }).toEqual({
      jobId,
      outcome: ran ? { kind: 'exited', code: 0 } : { kind: 'never_started' },
      output: ran ? 'ran\n' : '',
    });
  }
});

function countEnded(jobs: number): number {
  return Array.from({ length: jobs }, (_, index) => bench.host.ended(index + 1)).filter((report) => report !== undefined).length;
}

function readOutput(jobId: number): string {
  try {
    return readFileSync(join(bench.home, `node/jobs/${jobId}/1.stdout`), 'utf8');
  } catch {
    return '';
  }
}
