import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client, Job } from '@weir/contract';
import { eventually } from '../eventually.ts';
import type { FakeRunner } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';

const LATER = '2126-01-01T00:00:00.000Z';

let host: TestHost;
let client: Client;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
});
afterEach(() => host[Symbol.asyncDispose]());

const submit = (over: object = {}) => client.jobCreate({ body: { command: ['true'], ...over } });

/** A job whose first attempt runs on the runner. */
async function running(runner: FakeRunner): Promise<Job> {
  const job = await submit();
  runner.reportRunning(await runner.order(job.job_id));
  return host.jobIn(job.job_id, 'running');
}

const heldAllocations = () =>
  host.running.services.store.read.selectFrom('resource_allocations').selectAll().where('released', '=', 0).execute();

const nodeIsAway = async () =>
  (await host.running.services.store.read.selectFrom('nodes').select('session_host').executeTakeFirstOrThrow()).session_host === null;

const typesOf = async (jobId: number) => (await client.eventList({ query: { job_id: jobId } })).events.map((event) => event.type);

describe('pause and resume', () => {
  test('answer with the state that the runner tells', async () => {
    const runner = await host.connectedRunner();
    const job = await running(runner);
    const key = { jobId: job.job_id, attempt: 1 };
    const pausing = client.jobPause({ params: { job_id: job.job_id } });
    await eventually(() => runner.received('pause')[0]);
    runner.reportRunning(key, true);
    expect(await pausing).toMatchObject({ state: 'paused' });
    expect(await client.jobPause({ params: { job_id: job.job_id } })).toMatchObject({ state: 'paused' });
    const resuming = client.jobResume({ params: { job_id: job.job_id } });
    await eventually(() => runner.received('resume')[0]);
    runner.reportRunning(key);
    expect(await resuming).toMatchObject({ state: 'running' });
    expect((await typesOf(job.job_id)).slice(-4)).toEqual(['job.pausing', 'job.paused', 'job.resuming', 'job.resumed']);
    expect(await heldAllocations()).toHaveLength(1);
  });

  test('refuse a job in another state, and wait for a node that is away', async () => {
    const waiting = await submit();
    await expect(client.jobPause({ params: { job_id: waiting.job_id } })).rejects.toMatchObject({ code: 'state_conflict' });
    await client.jobCancel({ params: { job_id: waiting.job_id } });
    const runner = await host.connectedRunner();
    const job = await running(runner);
    await expect(client.jobResume({ params: { job_id: job.job_id } })).resolves.toMatchObject({ state: 'running' });
    await runner.disconnect();
    await eventually(() => host.running.services.sessions.size === 0);
    await eventually(nodeIsAway);
    expect(await client.jobPause({ params: { job_id: job.job_id } })).toMatchObject({ state: 'running' });
    expect(runner.received('pause')).toEqual([]);
    await runner.connect();
    await eventually(() => runner.received('pause')[0]);
  });
});

describe('pause and resume are wishes', () => {
  let runner: FakeRunner;
  let job: Job;
  beforeEach(async () => {
    runner = await host.connectedRunner();
    job = await running(runner);
  });

  test('that wait for a node that is away, and are told', async () => {
    await runner.disconnect();
    await eventually(nodeIsAway);
    expect(await client.jobPause({ params: { job_id: job.job_id } })).toMatchObject({
      state: 'running',
      reason: expect.stringContaining('to be paused') as string,
    });
    await runner.connect();
    await eventually(() => runner.received('pause')[0]);
    runner.reportRunning({ jobId: job.job_id, attempt: 1 }, true);
    expect(await host.jobIn(job.job_id, 'paused')).toMatchObject({ reason: null });
  });

  test('that are not for arrays and not for what waits', async () => {
    const waiting = await submit({ begin_at: LATER });
    await expect(client.jobPause({ params: { job_id: waiting.job_id } })).rejects.toMatchObject({ code: 'state_conflict' });
    const array = await submit({ array: '1-2', begin_at: LATER });
    await expect(client.jobResume({ params: { job_id: array.job_id } })).rejects.toMatchObject({ code: 'state_conflict' });
  });
});
