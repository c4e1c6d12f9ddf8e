import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client, Job, JobCreate } from '@weir/contract';
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
const params = (job: Job) => ({ params: { job_id: job.job_id } });
const typesOf = async (job: Job) => (await client.eventList({ query: { job_id: job.job_id } })).events.map(({ type }) => type);

describe('a job that waits can be changed', () => {
  test('in what was given, and everybody who waits is told', async () => {
    const job = await submit({ time_limit_ms: 5, begin_at: LATER });
    const changed = await client.jobUpdate({ ...params(job), body: { priority: 9, time_limit_ms: null, comment: 'c' } });
    expect(changed).toMatchObject({ priority: 9, time_limit_ms: null, comment: 'c', begin_at: LATER });
    expect(await client.jobUpdate({ ...params(job), body: { begin_at: null } })).toMatchObject({ priority: 9, begin_at: null });
    expect(await typesOf(job)).toEqual(['job.submitted', 'job.updated', 'job.updated']);
  });

  test('nothing given changes nothing', async () => {
    const job = await submit();
    await client.jobUpdate({ ...params(job), body: {} });
    expect(await typesOf(job)).toEqual(['job.submitted']);
  });

  test('by its owner, who may only lower its priority', async () => {
    const ann = host.client(await host.addUser('ann'));
    const [mine, foreign] = [await submit({}, ann), await submit()];
    expect(await ann.jobUpdate({ ...params(mine), body: { priority: -5 } })).toMatchObject({ priority: -5 });
    await expect(ann.jobUpdate({ ...params(mine), body: { priority: 1 } })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(ann.jobUpdate({ ...params(foreign), body: { priority: -5 } })).rejects.toMatchObject({ code: 'job_not_found' });
    await client.jobUpdate({ ...params(mine), body: { priority: 50 } });
    expect(await ann.jobUpdate({ ...params(mine), body: { priority: 40 } })).toMatchObject({ priority: 40 });
  });

  test('and not once it has started or ended', async () => {
    const job = await submit();
    const runner = await host.connectedRunner();
    await runner.order(job.job_id);
    await expect(client.jobUpdate({ ...params(job), body: { priority: 1 } })).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(client.jobUpdate({ ...params(job), body: { begin_at: 'soon' } })).rejects.toMatchObject({ code: 'state_conflict' });
  });

  test('and starts when its begin is taken back', async () => {
    const runner = await host.connectedRunner();
    const job = await submit({ begin_at: LATER });
    expect(job).toMatchObject({ state: 'pending', reason: expect.stringContaining(LATER) as string });
    await client.jobUpdate({ ...params(job), body: { begin_at: null } });
    await runner.order(job.job_id);
  });
});

describe('cancel of an array', () => {
  test('that waits ends it at once', async () => {
    const array = await submit({ array: '1-100' });
    expect(await client.jobCancel(params(array))).toMatchObject({ state: 'cancelled', array: { waiting: 0, tasks: 100 } });
    expect(await typesOf(array)).toEqual(['job.submitted', 'job.stopping', 'job.ended']);
  });

  test('ends what waits at once and stops the tasks that run', async () => {
    const runner = await host.connectedRunner();
    const array = await submit({ array: '1-100' });
    const orders = await eventually(() => (runner.received('start').length === 4 ? runner.received('start') : undefined));
    const asked = await client.jobCancel(params(array));
    expect(asked).toMatchObject({ state: 'running', reason: 'being cancelled', array: { waiting: 0, active: 4 } });
    await eventually(() => runner.received('stop').length === 4);
    for (const order of orders) runner.reportEnd(order, { kind: 'stopped', by: 'user', code: null, signal: 15 });
    expect(await host.jobIn(array.job_id, 'cancelled')).toMatchObject({ array: { waiting: 0, active: 0, failed: 4 } });
    expect(runner.received('start')).toHaveLength(4);
  });
});
