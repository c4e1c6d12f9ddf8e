import { Agent, get } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client, Job } from '@weir/contract';
import { eventually } from '../eventually.ts';
import type { FakeRunner } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';

let host: TestHost;
let client: Client;
let runner: FakeRunner;
let job: Job;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
  runner = await host.connectedRunner();
  job = await client.jobCreate({ body: { command: ['true'] } });
  await runner.order(job.job_id);
});
afterEach(() => host[Symbol.asyncDispose]());

const listeners = () => host.running.services.hub.listenerCount;
const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

test('a wait ends with the end of the job', async () => {
  const waiting = client.jobShow({ params: { job_id: job.job_id }, query: { wait_ms: 60_000 } });
  await eventually(() => listeners() === 1);
  runner.reportEnd({ jobId: job.job_id, attempt: 1 });
  expect(await waiting).toMatchObject({ state: 'completed' });
  expect(listeners()).toBe(0);
});

test('a wait ends when its time is over, with the job as it is', async () => {
  expect(await client.jobShow({ params: { job_id: job.job_id }, query: { wait_ms: 30 } })).toMatchObject({ state: 'starting' });
  expect(listeners()).toBe(0);
});

test('a wait for what happened already does not wait', async () => {
  runner.reportEnd({ jobId: job.job_id, attempt: 1 });
  await runner.acknowledged(job.job_id);
  expect(await client.jobShow({ params: { job_id: job.job_id }, query: { wait_ms: 60_000 } })).toMatchObject({ state: 'completed' });
});

test('a caller that goes away leaves no listener and no timer', async () => {
  const before = timers();
  const away = new AbortController();
  const headers = { authorization: `Bearer ${host.token()}` };
  const calls = Array.from({ length: 20 }, () =>
    fetch(`${host.running.url}/api/jobs/${job.job_id}?wait_ms=60000`, { headers, signal: away.signal }).catch(() => 'gone'),
  );
  await eventually(() => listeners() === 20);
  away.abort();
  await Promise.all(calls);
  await eventually(() => listeners() === 0);
  await eventually(() => timers() <= before + 2);
});

test('a connection that serves many requests collects no listeners', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  for (let round = 0; round < 30; round += 1) {
    await new Promise<void>((resolve, reject) => {
      get(`${host.running.url}/api/health`, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
    });
  }
  agent.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
});

test('a poll for events gets each event once, whoever writes meanwhile', async () => {
  const seen: number[] = [];
  const reading = (async () => {
    for (let after = 0; ;) {
      const page = await client.eventList({ query: { after, limit: 7, wait_ms: 2_000 } });
      if (page.events.length === 0) return;
      seen.push(...page.events.map(({ seq }) => seq));
      after = page.last_seq;
    }
  })();
  for (let round = 0; round < 10; round += 1)
    await Promise.all(Array.from({ length: 5 }, () => client.jobCreate({ body: { command: ['true'] } })));
  await reading;
  const stored = await host.running.services.store.read.selectFrom('events').select('seq').orderBy('seq').execute();
  expect(seen).toEqual(stored.map(({ seq }) => seq));
});

test('a poll that finds nothing answers the newest sequence number', async () => {
  const { last_seq: last } = await client.eventList();
  expect(await client.eventList({ query: { after: last, wait_ms: 20 } })).toEqual({ events: [], last_seq: last });
  expect(await client.eventList({ query: { after: last + 500 } })).toEqual({ events: [], last_seq: last + 500 });
});
