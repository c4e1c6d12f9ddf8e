import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client, JobCreate } from '@weir/contract';
import { eventually } from '../eventually.ts';
import { TestHost } from '../test-host.ts';

const LATER = '2126-01-01T00:00:00.000Z';

let host: TestHost;
let client: Client;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
});
afterEach(() => host[Symbol.asyncDispose]());

const submit = (over: JobCreate = {}, as = client) => as.jobCreate({ body: { command: ['true'], ...over } });

test('a job tells what its current attempt has on each node', async () => {
  const runner = await host.connectedRunner();
  const job = await submit({ cpus: 2, gpus: 1, memory_bytes: 1 << 20 });
  await runner.order(job.job_id);
  const member = { rank: 0, node: 'here', cpus: 2, memory_bytes: 1 << 20, gpu_ids: [0], cpu_ids: [], numa: null };
  expect(await client.jobShow({ params: { job_id: job.job_id } })).toMatchObject({ members: [{ ...member, released: false }] });
  runner.reportEnd({ jobId: job.job_id, attempt: 1 });
  await runner.acknowledged(job.job_id);
  expect((await client.jobList()).jobs).toMatchObject([{ members: [{ ...member, released: true }] }]);
});

test('an array tells how its tasks stand', async () => {
  const runner = await host.connectedRunner();
  const array = await submit({ array: '1-6', cpus: 2 });
  const [first] = await eventually(() => (runner.received('start').length === 2 ? runner.received('start') : undefined));
  const seen = async () => (await client.jobShow({ params: { job_id: array.job_id } })).array;
  expect(await seen()).toMatchObject({ tasks: 6, waiting: 4, active: 2, completed: 0, failed: 0 });
  runner.reportEnd(first!, { kind: 'exited', code: 1 });
  await eventually(() => runner.received('start').length === 3);
  expect(await seen()).toMatchObject({ tasks: 6, waiting: 3, active: 2, completed: 0, failed: 1 });
  const tasks = await client.jobList({ query: { array_id: array.job_id } });
  expect(tasks.jobs.map(({ array_index: index, array: own }) => [index, own])).toEqual([
    [3, null],
    [2, null],
    [1, null],
  ]);
});

test('a list is filtered by account, node, array and batch', async () => {
  const runner = await host.connectedRunner();
  const placed = await submit();
  await runner.order(placed.job_id);
  const other = await submit({ account: 'default', begin_at: LATER });
  const charged = await submit({ account: 'root', begin_at: LATER });
  const ids = async (query: object) => (await client.jobList({ query })).jobs.map(({ job_id: id }) => id);
  expect(await ids({ node: 'here' })).toEqual([placed.job_id]);
  expect(await ids({ node: 'there' })).toEqual([]);
  expect(await ids({ account: 'root' })).toEqual([charged.job_id]);
  expect(await ids({ batch_id: other.job_id })).toEqual([other.job_id]);
  expect(await ids({ array_id: other.job_id })).toEqual([]);
});

test('a user sees nobody else’s jobs, whatever the filter', async () => {
  const ann = host.client(await host.addUser('ann'));
  const foreign = await submit();
  for (const query of [{}, { user: 'root' }, { account: 'default' }, { batch_id: foreign.job_id }])
    expect(await ann.jobList({ query })).toMatchObject({ jobs: [], total: 0 });
  for (const call of [ann.jobShow, ann.jobWhy, ann.jobCancel, ann.jobPause, ann.jobResume])
    await expect(call({ params: { job_id: foreign.job_id } })).rejects.toMatchObject({ code: 'job_not_found' });
});

describe('why', () => {
  const why = async (id: number) => client.jobWhy({ params: { job_id: id } });

  test('names the job that is waited for, then the time, then what the fleet lacks', async () => {
    const first = await submit({ begin_at: LATER });
    const second = await submit({ depends: [{ kind: 'afterok', job_id: first.job_id }] });
    expect(await why(second.job_id)).toMatchObject({
      kind: 'dependency',
      reason: `waits for afterok:${first.job_id} (job ${first.job_id} is pending)`,
    });
    expect(await why(first.job_id)).toMatchObject({ kind: 'begin_time', estimated_start: LATER });
    expect(await why((await submit()).job_id)).toMatchObject({ kind: 'no_nodes' });
    await host.connectedRunner();
    const large = await submit({ cpus: 40, hold: true });
    expect(await why(large.job_id)).toMatchObject({ job_id: large.job_id, kind: 'never_fits' });
  });

  test('tells an array that as many of its tasks run as may', async () => {
    const runner = await host.connectedRunner();
    const array = await submit({ array: '1-9%1' });
    await eventually(() => runner.received('start')[0]);
    expect(await why(array.job_id)).toMatchObject({ kind: 'array_limit', changes: [] });
  });

  test('tells how a job stands that does not wait', async () => {
    const job = await submit();
    await client.jobCancel({ params: { job_id: job.job_id } });
    expect(await why(job.job_id)).toMatchObject({ kind: 'not_pending', reason: `job ${job.job_id} is cancelled: cancelled by request` });
  });

  test('the smallest change that starts the job is told', async () => {
    const runner = await host.connectedRunner();
    const running = await submit({ cpus: 3, time_limit_ms: 3_600_000 });
    await runner.order(running.job_id);
    const waiting = await submit({ cpus: 2 });
    const told = await why(waiting.job_id);
    expect(told).toMatchObject({ kind: 'resources', changes: [{ field: 'cpus', from: 2, to: 1, node: 'here' }] });
    expect(told.estimated_start).not.toBeNull();
  });
});

describe('a dry run', () => {
  test('tells what a submit would and queues nothing', async () => {
    const runner = await host.connectedRunner();
    expect(await client.jobDryRun({ body: { command: ['true'] } })).toMatchObject({ job_id: null, kind: 'starting_now', nodes: ['here'] });
    expect(await client.jobDryRun({ body: { command: ['true'], cpus: 99 } })).toMatchObject({ kind: 'never_fits' });
    expect(await client.jobDryRun({ body: { command: ['true'], begin_at: LATER } })).toMatchObject({ kind: 'begin_time' });
    expect((await client.jobList()).total).toBe(0);
    expect(runner.received('start')).toEqual([]);
  });

  test('refuses what a submit refuses as input', async () => {
    await expect(client.jobDryRun({ body: {} })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(client.jobDryRun({ body: { command: ['true'], target: { node: 'x' } } })).rejects.toMatchObject({
      code: 'node_not_found',
    });
    const depends = [{ kind: 'afterok' as const, job_id: 5 }];
    await expect(client.jobDryRun({ body: { command: ['true'], depends } })).rejects.toMatchObject({ code: 'dependency_unknown' });
  });
});
