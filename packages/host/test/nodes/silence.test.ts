import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client } from '@weir/contract';
import { eventually } from '../eventually.ts';
import type { FakeRunner } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';

/** The host of these tests is on a PostgreSQL database, that others could share. */
const sharesStore = process.env['WEIR_TEST_STORE'] === 'postgres';

let host: TestHost;
let client: Client;
beforeEach(async () => {
  host = await TestHost.start({ lostAfterMs: 800, leaseMs: 400 });
  client = host.client();
});
afterEach(() => host[Symbol.asyncDispose]());

const submit = (over: object = {}) => client.jobCreate({ body: { command: ['true'], ...over } });

async function connectedRunner(node: string): Promise<FakeRunner> {
  const runner = await host.connectedRunner(node);
  runner.beat(50);
  return runner;
}

/** A job that runs on a node other than the host's own. */
async function runningElsewhere(over: object = {}) {
  const there = await connectedRunner('there');
  const job = await submit(over);
  there.reportRunning(await there.order(job.job_id));
  await host.jobIn(job.job_id, 'running');
  return { there, job };
}

describe('silence', () => {
  test.skipIf(sharesStore)('of the local node loses none of its jobs where its host is the only one', async () => {
    const runner = await connectedRunner('here');
    const job = await submit();
    runner.reportRunning(await runner.order(job.job_id));
    await host.jobIn(job.job_id, 'running');
    await runner.disconnect();
    const { there, job: other } = await runningElsewhere();
    await there.disconnect();
    await host.jobIn(other.job_id, 'lost');
    expect(await client.jobShow({ params: { job_id: job.job_id } })).toMatchObject({ state: 'running' });
    expect(await client.nodeShow({ params: { name: 'here' } })).toMatchObject({ state: 'suspect' });
  });

  test.runIf(sharesStore)('of any node loses its jobs where hosts share a store: a machine may be gone with its host', async () => {
    const runner = await connectedRunner('here');
    const job = await submit();
    runner.reportRunning(await runner.order(job.job_id));
    await host.jobIn(job.job_id, 'running');
    await runner.disconnect();
    await host.jobIn(job.job_id, 'lost');
    expect(await client.nodeShow({ params: { name: 'here' } })).toMatchObject({ state: 'lost' });
  });

  test('of another node loses its jobs, frees what they held and shows it', async () => {
    const { there, job } = await runningElsewhere({ cpus: 3 });
    await there.disconnect();
    expect(await host.jobIn(job.job_id, 'lost')).toMatchObject({ reason: 'its node stopped answering' });
    expect(await client.nodeShow({ params: { name: 'there' } })).toMatchObject({ state: 'lost', cpus_allocated: 0, jobs: 0 });
    const types = (await client.eventList()).events.map((event) => event.type);
    expect(types.indexOf('node.suspect')).toBeLessThan(types.indexOf('node.lost'));
  });

  test('of a node sends a job that asked for it elsewhere, and the late runner is not welcomed with it', async () => {
    const { there, job } = await runningElsewhere({ requeue: true });
    await there.disconnect();
    await eventually(async () => (await client.nodeShow({ params: { name: 'there' } })).state === 'lost');
    const here = await connectedRunner('here');
    const order = await here.order(job.job_id, 2);
    here.reportRunning(order);
    await host.jobIn(job.job_id, 'running');
    expect((await there.connect()).attempts).toEqual([]);
    there.reportEnd({ jobId: job.job_id, attempt: 1 });
    await there.acknowledged(job.job_id);
    expect(await client.jobShow({ params: { job_id: job.job_id } })).toMatchObject({ state: 'running', attempt: 2, node: 'here' });
    expect(await client.nodeShow({ params: { name: 'there' } })).toMatchObject({ state: 'online' });
  });

  test('on an open connection ends the session, so that the runner must say hello again', async () => {
    const { there, job } = await runningElsewhere();
    there.fallSilent();
    await host.jobIn(job.job_id, 'lost');
    expect(await eventually(() => there.closed)).toMatchObject({ code: 4000 });
    expect((await there.connect()).attempts).toEqual([]);
  });

  test('is broken by heartbeats', async () => {
    const { job } = await runningElsewhere();
    const silent = await connectedRunner('silent');
    await silent.disconnect();
    await eventually(async () => (await client.nodeShow({ params: { name: 'silent' } })).state === 'lost');
    expect(await client.jobShow({ params: { job_id: job.job_id } })).toMatchObject({ state: 'running' });
  });
});
