import type { Job } from '@weir/contract';
import { expect, test } from 'vitest';
import { FakeHost } from '../../fake-host/fake-host.ts';
import { parseLines } from '../../parse-json.ts';
import { runWeir, startWeir } from '../../run-weir.ts';

test('show is a card with what there is', async () => {
  await using host = await FakeHost.start();
  host.jobs.add({
    name: 'train',
    cpus: 4,
    memory_bytes: 2 * 1024 ** 3,
    gpus: 2,
    gpu_ids: [0, 3],
    time_limit_ms: 5_400_000,
    command: ['sh', '-c', 'exit 3'],
    workdir: '/data',
    requeue: true,
  });
  host.jobs.start(1);
  host.jobs.end(1, { state: 'failed', exit_code: 3, reason: 'exited with code 3' });
  const { stdout } = await runWeir(['job', 'show', '1'], { home: host.home });
  expect(stdout).toBe(
    [
      'job 1  train',
      '  state       failed (exited with code 3)',
      '  exit        code 3',
      '  user        ada',
      '  kind        command',
      "  command     sh -c 'exit 3'",
      '  workdir     /data',
      '  node        node-1',
      '  resources   4 cores, 2.0 GiB, 2 GPUs (0, 3)',
      '  priority    0',
      '  time limit  1h30m',
      '  attempt     1 (runs again when its node is lost)',
      '  submitted   2026-01-31 10:00:00',
      '  started     2026-01-31 10:00:02',
      '  ended       2026-01-31 10:00:05',
      '  waited      2.0s',
      '  elapsed     3.5s',
      '',
    ].join('\n'),
  );
});

test('several jobs are cancelled in their order', async () => {
  await using host = await FakeHost.start();
  host.jobs.add();
  host.jobs.add();
  const { stdout } = await runWeir(['job', 'cancel', '2', '1'], { home: host.home });
  expect(stdout).toBe('job 2 was cancelled: cancelled by request\njob 1 was cancelled: cancelled by request\n');
});

test('with --json each job is one line', async () => {
  await using host = await FakeHost.start();
  host.jobs.add();
  host.jobs.add();
  const { stdout } = await runWeir(['job', 'cancel', '1', '2', '--json'], { home: host.home });
  expect(parseLines<Job>(stdout).map((job) => job.job_id)).toEqual([1, 2]);
});

test('a bad id among several stops the command before any call', async () => {
  await using host = await FakeHost.start();
  host.jobs.add();
  const { code } = await runWeir(['job', 'cancel', '1', 'x'], { home: host.home });
  expect([code, host.calls.length]).toEqual([64, 0]);
});

test('pause and resume say what is so', async () => {
  await using host = await FakeHost.start();
  host.jobs.add();
  const early = await runWeir(['job', 'pause', '1'], { home: host.home });
  expect([early.stderr, early.code]).toEqual(['weir: job 1 is pending, only a running one can be paused\n', 65]);
  host.jobs.start(1);
  expect((await runWeir(['job', 'pause', '1'], { home: host.home })).stdout).toBe('job 1 is paused\n');
  expect((await runWeir(['job', 'resume', '1'], { home: host.home })).stdout).toBe('job 1 is running\n');
});

test('wait answers the first failure when all have ended', async () => {
  await using host = await FakeHost.start();
  for (let count = 0; count < 3; count += 1) host.jobs.add();
  const weir = startWeir(['job', 'wait', '1', '2', '3'], { home: host.home });
  await host.called('jobShow');
  for (const id of [1, 2, 3]) host.jobs.start(id);
  host.jobs.end(3, { state: 'failed', exit_code: 9 });
  host.jobs.end(2, { state: 'timed_out', reason: 'ran into its time limit' });
  host.jobs.end(1);
  const { code, stdout } = await weir.ended;
  expect(code).toBe(124);
  expect(stdout).toBe('job 1 completed after 3.5s\njob 2 timed out after 3.5s: ran into its time limit\njob 3 failed after 3.5s\n');
});

test('wait gives up when its time is over', async () => {
  await using host = await FakeHost.start();
  host.jobs.add();
  const { code, stderr } = await runWeir(['job', 'wait', '1', '--timeout', '50ms'], { home: host.home });
  expect([code, stderr]).toEqual([75, 'weir: job 1 has not ended in time: it is pending and goes on\n']);
});

test('wait outlives a host that dies and returns', async () => {
  await using host = await FakeHost.start();
  host.jobs.add();
  const weir = startWeir(['job', 'wait', '1'], { home: host.home });
  await host.called('jobShow');
  await host.die();
  await weir.wrote('stderr', 'trying again');
  host.jobs.start(1);
  host.jobs.end(1);
  await host.listen();
  const { code, stdout } = await weir.ended;
  expect([code, stdout]).toEqual([0, 'job 1 completed after 3.5s\n']);
});
