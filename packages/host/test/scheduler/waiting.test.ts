import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client, Job } from '@weir/contract';
import { eventually } from '../eventually.ts';
import type { FakeRunner } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';

let host: TestHost;
let client: Client;
let runner: FakeRunner;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
  runner = await host.connectedRunner();
});
afterEach(() => host[Symbol.asyncDispose]());

const submit = (over: object = {}) => client.jobCreate({ body: { command: ['true'], ...over } });
const after = (kind: string, job: Job) => ({ depends: [{ kind, job_id: job.job_id }] });
const show = (job: Job) => client.jobShow({ params: { job_id: job.job_id } });

async function end(job: Job, code = 0): Promise<void> {
  runner.reportEnd(await runner.order(job.job_id), { kind: 'exited', code });
  await runner.acknowledged(job.job_id);
}

describe('dependencies', () => {
  test.each([
    ['afterok', 0],
    ['afternotok', 1],
    ['afterany', 0],
    ['afterany', 1],
  ])('%s starts after a job that exited with %i, and not before', async (kind, code) => {
    const cause = await submit();
    const dependant = await submit(after(kind, cause));
    const free = await submit();
    await runner.order(free.job_id);
    expect(await show(dependant)).toMatchObject({ state: 'pending', reason: expect.stringContaining(String(cause.job_id)) as string });
    expect(runner.received('start').some(({ jobId }) => jobId === dependant.job_id)).toBe(false);
    await end(cause, code);
    await runner.order(dependant.job_id);
  });

  test.each([
    ['afterok', 1, 'failed'],
    ['afternotok', 0, 'completed'],
  ])('%s ends a job cancelled when the other exited with %i, and those that depend on it', async (kind, code, did) => {
    const cause = await submit();
    const dependant = await submit(after(kind, cause));
    const second = await submit(after('afterok', dependant));
    await end(cause, code);
    expect(await host.jobIn(dependant.job_id, 'cancelled')).toMatchObject({
      reason: `dependency ${kind}:${cause.job_id} can never be met: job ${cause.job_id} ${did}`,
    });
    expect(await host.jobIn(second.job_id, 'cancelled')).toMatchObject({ attempt: 0 });
  });

  test('on several jobs wait for the last of them, over a restart of the host too', async () => {
    const causes = [await submit(), await submit()];
    const dependant = await submit({ depends: causes.map((job) => ({ kind: 'afterok', job_id: job.job_id })) });
    await end(causes[0]!);
    await host.halt();
    await host.start();
    client = host.client();
    await runner.connect(host.running.url);
    expect(await show(dependant)).toMatchObject({ state: 'pending' });
    await end(causes[1]!);
    await runner.order(dependant.job_id);
  });

  test('on a job that was cancelled while it waited are known to be met or not', async () => {
    const cause = await submit({ begin_at: new Date(Date.now() + 3_600_000).toISOString() });
    const [never, whatever] = [await submit(after('afterok', cause)), await submit(after('afterany', cause))];
    await client.jobCancel({ params: { job_id: cause.job_id } });
    await runner.order(whatever.job_id);
    await host.jobIn(never.job_id, 'cancelled');
  });
});

describe('an earliest begin', () => {
  test('is waited for, and not longer', async () => {
    const beginAt = Date.now() + 2_000;
    const job = await submit({ begin_at: new Date(beginAt).toISOString() });
    const free = await submit();
    await runner.order(free.job_id);
    expect(await show(job)).toMatchObject({ state: 'pending', reason: expect.stringContaining('to begin') as string });
    await runner.order(job.job_id);
    expect(Date.now()).toBeGreaterThanOrEqual(beginAt);
  });

  test('can be taken back', async () => {
    const job = await submit({ begin_at: new Date(Date.now() + 3_600_000).toISOString() });
    await client.jobUpdate({ params: { job_id: job.job_id }, body: { begin_at: null } });
    await runner.order(job.job_id);
  });
});

test('jobs wait without a node, say so, and start in order when one joins', async () => {
  await runner.disconnect();
  await eventually(async () => (await client.jobDryRun({ body: { command: ['true'] } })).kind !== 'starting_now');
  const jobs = [await submit({ cpus: 4 }), await submit({ cpus: 4 }), await submit({ cpus: 4 })];
  expect(await show(jobs[0]!)).toMatchObject({ state: 'pending', reason: 'no node is online' });
  await runner.connect();
  for (const job of jobs) await end(job);
  expect(runner.received('start').map(({ jobId }) => jobId)).toEqual(jobs.map((job) => job.job_id));
});

test('twenty jobs behind a busy node all run, and none fails', async () => {
  const jobs: Job[] = [];
  for (let count = 0; count < 20; count += 1) jobs.push(await submit({ cpus: 4 }));
  for (const job of jobs) await end(job);
  expect((await client.jobList({ query: { state: 'completed', limit: 1 } })).total).toBe(20);
});

test('a raised priority moves a waiting job forward', async () => {
  const blocker = await submit({ cpus: 4 });
  const [first, second] = [await submit({ cpus: 4 }), await submit({ cpus: 4 })];
  await client.jobUpdate({ params: { job_id: second.job_id }, body: { priority: 1000 } });
  await end(blocker);
  await end(second);
  await runner.order(first.job_id);
});

test('a GPU that is in use is waited for, and given on after the end', async () => {
  const ask = { gpus: 1, target: { node: 'here', gpu_ids: [0] } };
  const first = await submit(ask);
  const second = await submit(ask);
  const order = await runner.order(first.job_id);
  expect(order.launch.gpuIds).toEqual([0]);
  expect(await show(second)).toMatchObject({ state: 'pending' });
  await client.jobCancel({ params: { job_id: first.job_id } });
  runner.reportEnd(order, { kind: 'stopped', by: 'user', code: null, signal: 15 });
  expect((await runner.order(second.job_id)).launch.gpuIds).toEqual([0]);
});
