import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Loop } from '@weir/runtime';
import type { Client, Job, JobCreate } from '@weir/contract';
import { SOLE_LEADER } from '../../../src/cluster/leadership.ts';
import { makeRetentionLoop } from '../../../src/jobs/retention/retention-loop.ts';
import { eventually } from '../../eventually.ts';
import type { FakeRunner } from '../../fake-runner.ts';
import { TestHost } from '../../test-host.ts';

const DAY_MS = 86_400_000;

let host: TestHost;
let client: Client;
let runner: FakeRunner;
let loop: Loop;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
  runner = await host.connectedRunner();
  const { store, sessions } = host.running.services;
  const retention = { jobsMs: DAY_MS, auditMs: DAY_MS };
  loop = makeRetentionLoop({ store, sessions, leadership: SOLE_LEADER, retention, log: host.logger() });
});
afterEach(async () => {
  await loop.stop();
  await host[Symbol.asyncDispose]();
});

/** Ids of jobs, ascending. */
const left = async () => (await client.jobList()).jobs.map(({ job_id: id }) => id).reverse();

async function ended(over: JobCreate = {}): Promise<Job> {
  const job = await client.jobCreate({ body: { command: ['true'], ...over } });
  await runner.order(job.job_id);
  runner.reportEnd({ jobId: job.job_id, attempt: 1 });
  await runner.acknowledged(job.job_id);
  return job;
}

async function makeOld(...ids: number[]): Promise<void> {
  const at = Date.now() - 2 * DAY_MS;
  await host.running.services.store.write(async ({ db }) => {
    await db.updateTable('jobs').set({ ended_at: at }).where('id', 'in', ids).execute();
    await db.updateTable('events').set({ at }).where('job_id', 'in', ids).execute();
    await db.updateTable('audit_log').set({ at }).execute();
  });
}

test('a job that ended long ago goes with its events, allocations and files; others stay', async () => {
  const [old, young] = [await ended(), await ended()];
  await makeOld(old.job_id);
  loop.start();
  await eventually(async () => (await left()).length === 1);
  expect(await left()).toEqual([young.job_id]);
  expect(runner.received('forget')).toEqual([{ type: 'forget', jobId: old.job_id }]);
  expect((await client.eventList({ query: { job_id: old.job_id } })).events).toEqual([]);
  expect((await client.eventList({ query: { job_id: young.job_id } })).events).not.toEqual([]);
  const { store } = host.running.services;
  const held = await store.read.selectFrom('resource_allocations').select('job_id').execute();
  expect(held).toEqual([{ job_id: young.job_id }]);
  await eventually(async () => (await store.read.selectFrom('audit_log').select('id').execute()).length === 0);
});

test('a job with files on a node that is away goes when the node is back', async () => {
  const old = await ended();
  await makeOld(old.job_id);
  await runner.disconnect();
  await eventually(() => host.running.services.sessions.size === 0);
  loop.start();
  await eventually(async () => (await host.running.services.store.read.selectFrom('audit_log').select('id').execute()).length === 0);
  expect(await left()).toEqual([old.job_id]);
  await runner.connect();
  loop.wake();
  await eventually(async () => (await left()).length === 0);
  expect(runner.received('forget')).toEqual([{ type: 'forget', jobId: old.job_id }]);
});

test('a job that another one still waits for stays', async () => {
  const [old, gone] = [await ended(), await ended()];
  const depends = [{ kind: 'afterok' as const, job_id: old.job_id }];
  const waiting = await client.jobCreate({ body: { command: ['true'], depends, begin_at: '2126-01-01T00:00:00Z' } });
  await makeOld(old.job_id, gone.job_id);
  loop.start();
  await eventually(async () => (await left()).length === 2);
  expect(await left()).toEqual([old.job_id, waiting.job_id]);
});

test('more than one transaction’s worth goes too', async () => {
  const commands = Array.from({ length: 1_200 }, () => ['true']);
  const batch = await client.batchCreate({ body: { job: { begin_at: '2126-01-01T00:00:00Z' }, commands } });
  const ids = batch.jobs.map(({ job_id: id }) => id);
  await host.running.services.store.write(async ({ db }) => {
    await db.updateTable('jobs').set({ state: 'cancelled' }).where('id', 'in', ids).execute();
  });
  await makeOld(...ids);
  loop.start();
  await eventually(async () => (await client.jobList({ query: { limit: 1 } })).total === 0);
});
