import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client, Job } from '@weir/contract';
import { eventually } from '../../eventually.ts';
import type { FakeRunner } from '../../fake-runner.ts';
import { TestHost } from '../../test-host.ts';

let host: TestHost;
let client: Client;
let runner: FakeRunner;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
  runner = await host.connectedRunner();
});
afterEach(() => host[Symbol.asyncDispose]());

const submit = (array: string, over: object = {}) => client.jobCreate({ body: { command: ['true'], array, ...over } });
const show = (job: Job) => client.jobShow({ params: { job_id: job.job_id } });
const indices = () => runner.received('start').map(({ launch }) => launch.array?.index);
const orderOf = (index: number) => eventually(() => runner.received('start').find(({ launch }) => launch.array?.index === index));
const countRows = async () => (await client.jobList({ query: { limit: 1 } })).total;

test('tasks become jobs of their own as they start, in their order; the array is one record', async () => {
  const array = await submit('1-1000');
  await eventually(() => runner.received('start').length === 4);
  expect(indices()).toEqual([1, 2, 3, 4]);
  expect(await countRows()).toBe(5);
  expect(await show(array)).toMatchObject({ state: 'pending', array: { tasks: 1000, waiting: 996, active: 4 } });
  const first = await orderOf(1);
  expect(first.launch.array).toEqual({ id: array.job_id, index: 1 });
  runner.reportEnd(first);
  await orderOf(5);
  const task = await client.jobShow({ params: { job_id: first.jobId } });
  expect(task).toMatchObject({ state: 'completed', array_id: array.job_id, array_index: 1, attempt: 1 });
});

test('an array runs no more tasks at once than it asked for', async () => {
  const array = await submit('0-5%2');
  for (const index of [0, 1, 2, 3, 4, 5]) {
    const order = await orderOf(index);
    expect(runner.attempts.size).toBeLessThanOrEqual(2);
    runner.reportEnd(order);
    await runner.acknowledged(order.jobId);
  }
  expect(await host.jobIn(array.job_id, 'completed')).toMatchObject({ array: { waiting: 0, active: 0, completed: 6, failed: 0 } });
});

test.each([
  ['completed when all of its tasks are', [0, 0], 'completed'],
  ['failed when one of its tasks is', [0, 3], 'failed'],
])('an array is %s', async (_sentence, codes, state) => {
  const array = await submit('7,9');
  const orders = [await orderOf(7), await orderOf(9)];
  expect(await host.jobIn(array.job_id, 'running')).toMatchObject({ array: { waiting: 0, active: 2 }, node: null });
  for (const [place, order] of orders.entries()) runner.reportEnd(order, { kind: 'exited', code: codes[place] ?? 0 });
  const ended = await eventually(async () => ((job) => job.ended_at !== null && job)(await show(array)));
  expect(ended.state).toBe(state);
});

test('a cancelled array starts nothing more and ends with its last task', async () => {
  const array = await submit('1-100');
  const orders = [await orderOf(1), await orderOf(2), await orderOf(3), await orderOf(4)];
  await client.jobCancel({ params: { job_id: array.job_id } });
  await eventually(() => runner.received('stop').length === 4);
  for (const order of orders) runner.reportEnd(order, { kind: 'stopped', by: 'user', code: null, signal: 15 });
  expect(await host.jobIn(array.job_id, 'cancelled')).toMatchObject({ array: { waiting: 0, active: 0 } });
  const other = await client.jobCreate({ body: { command: ['true'] } });
  await runner.order(other.job_id);
  expect(indices()).toEqual([1, 2, 3, 4, undefined]);
});

test('a task that goes back to the queue counts against the limit again when it starts', async () => {
  await submit('1-3%1', { requeue: true });
  const first = await orderOf(1);
  runner.reportEnd(first, { kind: 'lost', reason: 'process_vanished' });
  const again = await runner.order(first.jobId, 2);
  expect(again.launch.array?.index).toBe(1);
  expect(indices()).toEqual([1, 1]);
  runner.reportEnd(again);
  await orderOf(2);
});

test('a host that starts again goes on where the array was', async () => {
  const array = await submit('1-6%2');
  await orderOf(2);
  await host.halt();
  await host.start();
  await runner.connect(host.running.url);
  client = host.client();
  for (const index of [1, 2, 3, 4, 5, 6]) {
    const order = await orderOf(index);
    runner.reportEnd(order);
    await runner.acknowledged(order.jobId);
  }
  expect(await host.jobIn(array.job_id, 'completed')).toMatchObject({ array: { completed: 6 } });
});
