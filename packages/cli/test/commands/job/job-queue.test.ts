import type { Job, JobList, JobWhy } from '@weir/contract';
import { expect, test } from 'vitest';
import { FakeHost } from '../../fake-host/fake-host.ts';
import { parseJson, parseLines } from '../../parse-json.ts';
import { runWeir } from '../../run-weir.ts';

test('why is a card: reason, place, start, priority, and what would start it now', async () => {
  await using host = await FakeHost.start();
  host.jobs.add();
  host.jobs.why.set(1, {
    reason: 'waits for 2 free GPUs',
    jobs_ahead: 21,
    ahead: [7, 9],
    priority: { total: 1203.5, age: 1000, fair_share: 203.5, size: 0, user: 0 },
    changes: [{ field: 'gpus', from: 4, to: 2, node: 'node-1' }],
  });
  const { stdout } = await runWeir(['job', 'why', '1'], { home: host.home });
  expect(stdout).toBe(
    [
      'job 1',
      '  reason    waits for 2 free GPUs',
      '  place     after 21 jobs: job 7, 9, …',
      '  starts    cannot be said yet',
      '  priority  1204 = 1000 age + 204 fair share',
      '',
      'It would start now with this:',
      '  --gpus 2 instead of 4, on node-1',
      '',
    ].join('\n'),
  );
  const json = await runWeir(['job', 'why', '1', '--json'], { home: host.home });
  expect(parseJson<JobWhy>(json.stdout).jobs_ahead).toBe(21);
});

test('why names the command that resumes a drained node', async () => {
  await using host = await FakeHost.start();
  host.jobs.add();
  const changes = [{ field: 'drained', from: 'true', to: 'false', node: 'node-1' }];
  host.jobs.why.set(1, { kind: 'no_nodes', reason: 'node node-1 is drained', changes });
  const { stdout } = await runWeir(['job', 'why', '1'], { home: host.home });
  expect(stdout).toContain('  reason    node node-1 is drained\n');
  expect(stdout).toContain('\nIt would start now with this:\n  weir node resume node-1\n');
});

test('why of a job that does not wait is one reason', async () => {
  await using host = await FakeHost.start();
  host.jobs.add();
  host.jobs.why.set(1, { kind: 'not_pending', reason: 'job 1 is running on node-1' });
  expect((await runWeir(['job', 'why', '1'], { home: host.home })).stdout).toBe('job 1\n  reason  job 1 is running on node-1\n');
});

test('update changes what waits; "none" takes a limit back', async () => {
  await using host = await FakeHost.start();
  host.jobs.add({ time_limit_ms: 1000 });
  host.jobs.add();
  const words = ['--priority', '5', '--time-limit', 'none', '--begin', '2026-12-01T00:00:00Z', '--comment', 'c', '--json'];
  const { stdout } = await runWeir(['job', 'update', '1', '2', ...words], { home: host.home });
  expect(parseLines<Job>(stdout)).toMatchObject([1, 2].map((job_id) => ({ job_id, priority: 5, time_limit_ms: null, comment: 'c' })));
  expect(host.calls[0]?.body).toEqual({ priority: 5, time_limit_ms: null, begin_at: '2026-12-01T00:00:00.000Z', comment: 'c' });
  expect((await runWeir(['job', 'update', '1', '--priority', '6'], { home: host.home })).stdout).toBe('job 1 is updated\n');
  const nothing = await runWeir(['job', 'update', '1'], { home: host.home });
  expect([nothing.stderr, nothing.code]).toEqual(['weir: nothing to change: give --priority, --time-limit, --begin or --comment\n', 64]);
});

test('cancel --batch ends what has not ended of it', async () => {
  await using host = await FakeHost.start();
  for (let count = 0; count < 3; count += 1) host.jobs.add({ batch_id: 1 });
  host.jobs.add();
  host.jobs.end(2);
  const { stdout } = await runWeir(['job', 'cancel', '--batch', '1'], { home: host.home });
  expect(stdout).toBe('job 1 was cancelled: cancelled by request\njob 3 was cancelled: cancelled by request\n');
  expect(host.jobs.get(4).state).toBe('pending');
  const again = await runWeir(['job', 'cancel', '--batch', '1'], { home: host.home });
  expect([again.stdout, again.stderr, again.code]).toEqual(['', 'all 3 jobs of batch 1 have ended before\n', 0]);
  const none = await runWeir(['job', 'cancel', '--batch', '9'], { home: host.home });
  expect([none.stderr, none.code]).toEqual(['weir: there is no batch 9: see "weir job list"\n', 66]);
});

test('cancel --batch of an array ends the array, its tasks with it', async () => {
  await using host = await FakeHost.start();
  host.jobs.add({ array: { spec: '1-2', parallel: null, tasks: 2, waiting: 1, active: 1, completed: 0, failed: 0 } });
  host.jobs.add({ batch_id: 1, array_id: 1, array_index: 1 });
  await runWeir(['job', 'cancel', '--batch', '1'], { home: host.home });
  expect(host.calls.filter((call) => call.id === 'jobCancel').map((call) => call.params['job_id'])).toEqual([1]);
});

test('cancel of nothing asks which', async () => {
  await using host = await FakeHost.start();
  const { stderr, code } = await runWeir(['job', 'cancel'], { home: host.home });
  expect([stderr, code]).toEqual(['weir: which jobs? Give their numbers, or --batch ID; see "weir job list"\n', 64]);
});

test('queue shows what waits in the order of its start', async () => {
  await using host = await FakeHost.start();
  host.jobs.add({ name: 'big', nodes: 2, cpus: 8 });
  host.jobs.add({ name: 'small' });
  host.jobs.add();
  host.jobs.start(3);
  const priority = { total: 20, age: 20, fair_share: 0, size: 0, user: 0 };
  host.jobs.why.set(1, { jobs_ahead: 1, ahead: [2], reason: 'waits for 2 nodes' });
  host.jobs.why.set(2, { priority, reason: 'waits for 1 core' });
  const { stdout } = await runWeir(['queue'], { home: host.home });
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));
  expect(lines[0]).toEqual('PLACE ID NAME USER ACCOUNT NODES CPUS GPUS PRIORITY WAITED STARTS REASON'.split(' '));
  expect(lines.slice(1).map((line) => [line[0], line[2], line[5], line[8], line[10], line[11]])).toEqual([
    ['1', 'small', '1', '20', '-', 'waits for 1 core'],
    ['2', 'big', '2', '0', '-', 'waits for 2 nodes'],
  ]);
});

test('of a long queue its first are shown', async () => {
  await using host = await FakeHost.start();
  for (let count = 0; count < 30; count += 1) host.jobs.add();
  host.jobs.why.set(30, { jobs_ahead: 29, ahead: [5, 4] });
  host.jobs.why.set(4, { jobs_ahead: 1, ahead: [5] });
  const { stdout, stderr } = await runWeir(['queue', '--json'], { home: host.home });
  expect(parseJson<{ jobs: { job: Job }[] }>(stdout).jobs.map(({ job }) => job.job_id)).toEqual([5, 4]);
  expect(stderr).toBe('');
  expect((await runWeir(['queue'], { home: host.home })).stderr).toBe(
    '2 of 30 waiting jobs, 28 are not shown: --limit N or --all shows more\n',
  );
});

test('queue shows as many as it is told to, each in its place', async () => {
  await using host = await FakeHost.start();
  for (let id = 1; id <= 30; id += 1) {
    host.jobs.add();
    // The youngest start first.
    host.jobs.why.set(id, { jobs_ahead: 30 - id, ahead: Array.from({ length: Math.min(20, 30 - id) }, (_, place) => 30 - place) });
  }
  const ids = async (...words: string[]) => {
    const { stdout } = await runWeir(['queue', '--json', ...words], { home: host.home });
    return parseJson<{ jobs: { job: Job }[] }>(stdout).jobs.map(({ job }) => job.job_id);
  };
  const youngest = (count: number) => Array.from({ length: count }, (_, place) => 30 - place);
  expect(await ids('--limit', '3')).toEqual(youngest(3));
  expect(await ids('--limit', '25')).toEqual(youngest(25));
  expect(await ids('--all')).toEqual(youngest(30));
  const some = await runWeir(['queue', '--limit', '25'], { home: host.home });
  expect(some.stderr).toBe('25 of 30 waiting jobs, 5 are not shown: --limit N or --all shows more\n');
  expect((await runWeir(['queue', '--all'], { home: host.home })).stderr).toBe('');
  const both = await runWeir(['queue', '--all', '--limit', '3'], { home: host.home });
  expect([both.code, both.stderr]).toEqual([64, expect.stringContaining('--limit')]);
});

test('of a queue that is too long to be put in order the first 20 are shown, and where the others are', async () => {
  await using host = await FakeHost.start();
  for (let count = 0; count < 1002; count += 1) host.jobs.add();
  // The oldest start first: they are not among the newest thousand.
  for (let id = 1; id <= 20; id += 1) host.jobs.why.set(id, { jobs_ahead: id - 1 });
  host.jobs.why.set(1002, { jobs_ahead: 1001, ahead: Array.from({ length: 20 }, (_, place) => place + 1) });
  const { stdout, stderr } = await runWeir(['queue', '--all'], { home: host.home });
  const ids = stdout
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.trim().split(/ +/)[1]));
  expect(ids).toEqual(Array.from({ length: 20 }, (_, place) => place + 1));
  expect(stderr).toBe('20 of 1002 waiting jobs, 982 are not shown; newest first: weir job list --state pending --all\n');
});

test('an empty queue says so', async () => {
  await using host = await FakeHost.start();
  const { stdout, stderr, code } = await runWeir(['queue'], { home: host.home });
  expect([stdout, stderr, code]).toEqual(['', 'nothing waits\n', 0]);
});

test('filters go to the host, --mine asks who that is, --since stops where the list grows older', async () => {
  await using host = await FakeHost.start();
  host.jobs.add({ submitted_at: '2026-01-30T10:00:00.000Z', account: 'vision' });
  host.jobs.add({ account: 'vision', node: 'node-1', batch_id: 2 });
  host.jobs.add({ user: 'grace', array_id: 2, array_index: 7, workflow_id: 4 });
  const ids = async (...words: string[]) => {
    const { stdout } = await runWeir(['job', 'list', '--json', ...words], { home: host.home });
    return parseJson<JobList>(stdout).jobs.map((job) => job.job_id);
  };
  expect(await ids('--account', 'vision')).toEqual([2, 1]);
  expect(await ids('--node', 'node-1')).toEqual([2]);
  expect(await ids('--batch', '2')).toEqual([2]);
  expect(await ids('--array', '2')).toEqual([3]);
  expect(await ids('--workflow', '4')).toEqual([3]);
  expect(await ids('--user', 'grace')).toEqual([3]);
  expect(await ids('--mine')).toEqual([2, 1]);
  expect(await ids('--since', '2026-01-31')).toEqual([3, 2]);
});

test('arrays, their tasks and gangs are one row each that tells what they are', async () => {
  await using host = await FakeHost.start();
  host.jobs.add({ name: 'sweep', array: { spec: '1-100', parallel: 8, tasks: 100, waiting: 50, active: 8, completed: 40, failed: 2 } });
  host.jobs.add({ name: 'sweep', array_id: 1, array_index: 3 });
  host.jobs.add({ name: 'gang', nodes: 4 });
  host.jobs.start(3);
  const { stdout } = await runWeir(['job', 'list'], { home: host.home });
  const rows = stdout
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/ {2,}/));
  expect(rows.map((row) => [row[1], row[4]])).toEqual([
    ['gang', 'node-1 +3'],
    ['sweep [3]', '-'],
    ['sweep [1-100%8]', '-'],
  ]);
  expect(rows[2]?.at(-1)).toBe('40 of 100 done, 8 running, 2 failed');
});

test('show tells what a gang holds on each node, and everything that was asked', async () => {
  await using host = await FakeHost.start();
  const member = {
    cpus: 4,
    cpu_ids: [0, 1, 2, 5],
    numa: 1,
    memory_bytes: 0,
    gpu_ids: [0, 1],
    released: false,
    exit_code: null,
    exit_signal: null,
    reason: null,
  };
  host.jobs.add({
    name: 'gang',
    nodes: 2,
    cpus: 4,
    gpus: 2,
    gpu_type: 'a100',
    gpu_memory_bytes: 40 * 1024 ** 3,
    ntasks_per_node: 2,
    account: 'vision',
    class: 'urgent',
    executor: 'systemd',
    labels: { rack: '2' },
    partition: 'debug',
    depends: [{ kind: 'afterok', job_id: 7 }],
    batch_id: 9,
    preemptions: 1,
    members: [
      { rank: 0, node: 'node-1', ...member },
      { rank: 1, node: 'node-2', ...member, cpu_ids: [], numa: null, released: true, exit_code: 9, reason: 'exited with code 9' },
    ],
    failed_rank: 1,
  });
  host.jobs.start(1);
  const { stdout } = await runWeir(['job', 'show', '1'], { home: host.home });
  const facts = Object.fromEntries(stdout.split('\n').map((line) => line.trim().split(/ {2,}/)));
  expect(facts).toMatchObject({
    user: 'ada, charged to vision',
    kind: 'command, by systemd',
    batch: '9',
    labels: 'rack=2',
    partition: 'debug',
    'rank 0': 'node-1, NUMA node 1, CPUs 0-2,5, GPUs 0-1',
    'rank 1': 'node-2, GPUs 0-1, exited with code 9 (the job failed by it)',
    resources: '2 nodes with 4 cores (2 tasks), no memory limit, 2 a100 GPUs of 40.0 GiB or more',
    priority: '0, class urgent',
    'made room': '1 time',
    depends: 'afterok:7',
  });
});
