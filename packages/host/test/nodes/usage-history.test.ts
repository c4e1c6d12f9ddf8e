import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NodeUsage } from '@weir/contract';
import { eventually } from '../eventually.ts';
import { UsageHistory } from '../../src/nodes/usage-history.ts';
import { TestHost } from '../test-host.ts';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host[Symbol.asyncDispose]());

const MINUTE = 60_000;
const DAY = 86_400_000;
const usage = (cpuPercent: number): NodeUsage => ({
  cpuPercent,
  memoryUsedBytes: 1_000,
  load: 0.5,
  temperature: 40,
  gpus: [{ index: 0, utilizationPercent: cpuPercent, memoryUsedBytes: null, temperature: null, powerWatts: null }],
});
const history = () => new UsageHistory(host.running.services.store);
const minutesOf = async (name: string, minutes?: number) =>
  (await host.client().nodeUsage({ params: { name }, query: minutes === undefined ? {} : { minutes } })).minutes;

/** The start of a minute so many minutes ago, and a moment in it. */
const minuteAgo = (minutes: number) => Math.floor(Date.now() / MINUTE) * MINUTE - minutes * MINUTE;

test('samples become one row a minute, for all nodes in one write, and are shown by the minute', async () => {
  await host.connectedRunner('a');
  await host.connectedRunner('b');
  const own = history();
  const [before, minute] = [minuteAgo(2), minuteAgo(1)];
  own.add('a', usage(10), before + 1);
  own.add('a', usage(20), before + 59_999);
  own.add('b', usage(50), before);
  await own.flush(minute);
  own.add('a', usage(40), minute);
  await own.flush(minute + 59_999);
  expect(await minutesOf('a')).toHaveLength(1);
  await own.flush(minute + MINUTE);
  await own.flush(minute + MINUTE);
  const gpus = (percent: number) => [{ index: 0, utilization_percent: percent, memory_used_bytes: null }];
  expect(await minutesOf('a')).toEqual([
    { at: new Date(before).toISOString(), cpu_percent: 15, memory_used_bytes: 1_000, gpus: gpus(15) },
    { at: new Date(minute).toISOString(), cpu_percent: 40, memory_used_bytes: 1_000, gpus: gpus(40) },
  ]);
  expect(await minutesOf('b')).toHaveLength(1);
});

test('as many minutes are shown as were asked for', async () => {
  await host.connectedRunner('a');
  const own = history();
  for (const ago of [50, 30, 10]) own.add('a', usage(ago), minuteAgo(ago));
  await own.flush();
  expect((await minutesOf('a')).map(({ cpu_percent: percent }) => percent)).toEqual([50, 30, 10]);
  expect(await minutesOf('a', 40)).toHaveLength(2);
});

test('a week is kept', async () => {
  await host.connectedRunner('a');
  const own = history();
  const now = Date.now();
  for (const daysAgo of [7.01, 6.9, 0.1]) {
    own.add('a', usage(10), now - daysAgo * DAY);
    await own.flush(now - daysAgo * DAY + MINUTE);
  }
  expect(await minutesOf('a', 10_080)).toHaveLength(2);
});

test('minutes that cannot be stored wait for the next write', async () => {
  await host.connectedRunner('a');
  const broken = new Error('the disk is full');
  const { store } = host.running.services;
  const own = history();
  own.add('a', usage(10), minuteAgo(3));
  const write = store.write.bind(store);
  store.write = () => Promise.reject(broken);
  await expect(own.flush()).rejects.toThrow(broken);
  store.write = write;
  await own.flush();
  expect(await minutesOf('a')).toHaveLength(1);
});

test('a node shows its last sample, from the runner at once and from the store on every host', async () => {
  const runner = await host.connectedRunner();
  const shown = async () => (await host.client().nodeShow({ params: { name: 'here' } })).usage;
  expect(await shown()).toBeNull();
  runner.send({ type: 'heartbeat', usage: usage(33) });
  expect(await eventually(async () => (await shown()) ?? undefined)).toEqual(usage(33));
  const elsewhere = history();
  elsewhere.add('here', usage(34), minuteAgo(1));
  await elsewhere.flush();
  const stored = await host.running.services.store.read.selectFrom('nodes').select('usage').executeTakeFirstOrThrow();
  expect(JSON.parse(stored.usage ?? '')).toEqual(usage(34));
});

test('samples of a node that is not there cost nothing but themselves', async () => {
  const own = history();
  own.add('unknown', usage(1), minuteAgo(1));
  await own.flush();
  await expect(host.client().nodeUsage({ params: { name: 'unknown' } })).rejects.toMatchObject({ code: 'node_not_found' });
});
