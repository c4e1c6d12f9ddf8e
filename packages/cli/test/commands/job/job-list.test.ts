import type { JobList } from '@weir/contract';
import { expect, test } from 'vitest';
import { FakeHost } from '../../fake-host/fake-host.ts';
import { parseJson } from '../../parse-json.ts';
import { runWeir } from '../../run-weir.ts';

test('jobs stand in a table, newest first', async () => {
  await using host = await FakeHost.start();
  host.jobs.add({ name: 'train', cpus: 4, gpus: 1 });
  host.jobs.start(1);
  host.jobs.end(1, { state: 'failed', exit_code: 3, reason: 'exited with code 3' });
  host.jobs.add({ reason: 'waits for 2 free cores', name: 'evil\u001b[2J' });
  const { stdout, stderr } = await runWeir(['job', 'list'], { home: host.home });
  expect(stdout).toBe(
    [
      'ID  NAME      USER  STATE    NODE    CPUS  GPUS  SUBMITTED            ELAPSED  REASON',
      ' 2  evil\ufffd[2J  ada   pending  -          1     0  2026-01-31 10:00:00        -  waits for 2 free cores',
      ' 1  train     ada   failed   node-1     4     1  2026-01-31 10:00:00     3.5s  exited with code 3',
      '',
    ].join('\n'),
  );
  expect(stderr).toBe('');
});

test('an empty list is said on standard error', async () => {
  await using host = await FakeHost.start();
  const { stdout, stderr, code } = await runWeir(['job', 'list'], { home: host.home });
  expect([stdout, stderr, code]).toEqual(['', 'no jobs\n', 0]);
});

test('only the newest are shown until --all asks for every one', async () => {
  await using host = await FakeHost.start();
  for (let count = 0; count < 1002; count += 1) host.jobs.add();
  const some = await runWeir(['job', 'list'], { home: host.home });
  expect(some.stdout.split('\n')).toHaveLength(52);
  expect(some.stderr).toBe('50 of 1002 jobs; --all shows every one\n');
  const all = await runWeir(['job', 'list', '--all', '--json'], { home: host.home });
  const list = parseJson<JobList>(all.stdout);
  expect([list.jobs.length, list.next_before, list.total]).toEqual([1002, null, 1002]);
});

test('--state asks the host only for that state', async () => {
  await using host = await FakeHost.start();
  host.jobs.add();
  host.jobs.add();
  host.jobs.start(1);
  const { stdout } = await runWeir(['job', 'list', '--state', 'running', '--json'], { home: host.home });
  expect(parseJson<JobList>(stdout).jobs.map((job) => job.job_id)).toEqual([1]);
});
