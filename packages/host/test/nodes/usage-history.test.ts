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

test('samples become one row a minute, for all nodes in one write, and are shown by the minute', async () => {
  await host.connectedRunner('a');
  await host.connectedRunner('b');
  const own = history();
  const now = Date.now();
  own.add('a', usage(10));
  own.add('a', usage(20));
  own.add('b', usage(50));
  await own.flush(now - MINUTE);
  own.add('a', usage(40));
  await own.flush(now);
  await own.flush(now);
  const minute = Math.floor(now / MINUTE) * MINUTE;
  const gpus = (percent: number) => [{ index: 0, utilization_percent: percent, memory_used_bytes: null }];
  expect(await minutesOf('a')).toEqual([
    { at: new Date(minute - MINUTE).toISOString(), cpu_percent: 15, memory_used_bytes: 1_000, gpus: gpus(15) },
    { at: new Date(minute).toISOString(), cpu_percent: 40, memory_used_bytes: 1_000, gpus: gpus(40) },
  ]);
  expect(await minutesOf('b')).toHaveLength(1);
  expect(await minutesOf('a', 1)).toHaveLength(1);
});

test('a week is kept', async () => {
  await host.connectedRunner('a');
  const own = history();
  const now = Date.now();
  for (const daysAgo of [7.01, 6.9, 0]) {
    own.add('a', usage(10));
    await own.flush(now - daysAgo * DAY);
  }
  expect(await minutesOf('a', 10_080)).toHaveLength(2);
});

test('a node shows its last sample, from the runner at once and from the store on every host', async () => {
  const runner = await host.connectedRunner();
  const shown = async () => (await host.client().nodeShow({ params: { name: 'here' } })).usage;
  expect(await shown()).toBeNull();
  runner.send({ type: 'heartbeat', usage: usage(33) });
  expect(await eventually(async () => (await shown()) ?? undefined)).toEqual(usage(33));
  const elsewhere = history();
  elsewhere.add('here', usage(34));
  await elsewhere.flush();
  const stored = await host.running.services.store.read.selectFrom('nodes').select('usage').executeTakeFirstOrThrow();
  expect(JSON.parse(stored.usage ?? '')).toEqual(usage(34));
});

test('samples that cannot be stored cost nothing but themselves', async () => {
  const own = history();
  own.add('unknown', usage(1));
  await own.flush();
  await expect(host.client().nodeUsage({ params: { name: 'unknown' } })).rejects.toMatchObject({ code: 'node_not_found' });
});
