import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client, Job, JobCreate, WAIT_KINDS } from '@weir/contract';
import { eventually } from '../eventually.ts';
import { TestHost } from '../test-host.ts';

const HOUR = 3_600_000;

let host: TestHost;
let client: Client;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
});
afterEach(() => host[Symbol.asyncDispose]());

const submit = (over: JobCreate = {}) => client.jobCreate({ body: { command: ['true'], ...over } });
const why = ({ job_id }: Job) => client.jobWhy({ params: { job_id } });

/** Waits until the job's page, its row in the list and its explanation all say this; the answer is the explanation. */
async function reasonIs(job: Job, told: { kind: (typeof WAIT_KINDS)[number]; reason: string }) {
  const { job_id } = job;
  await eventually(async () => (await client.jobShow({ params: { job_id } })).reason === told.reason);
  expect((await client.jobList()).jobs.find((row) => row.job_id === job_id)).toMatchObject({ state: 'pending', reason: told.reason });
  const explained = await why(job);
  expect(explained).toMatchObject(told);
  return explained;
}

test('a job whose target is drained says so and what starts it, and starts when that is done', async () => {
  const runner = await host.connectedRunner('nodec');
  await host.connectedRunner('other');
  await client.nodeDrain({ params: { name: 'nodec' }, body: {} });
  const body = { command: ['true'], target: { node: 'nodec' } };
  const changes = [
    { field: 'drained', from: 'true', to: 'false', node: 'nodec' },
    { field: 'target', from: 'nodec', to: null, node: 'other' },
  ];
  const told = { kind: 'no_nodes', reason: 'node nodec is drained' } as const;
  await eventually(async () => (await client.jobDryRun({ body })).kind === 'no_nodes');
  expect(await client.jobDryRun({ body })).toMatchObject({ ...told, changes });
  const job = await submit(body);
  expect(job.reason).toBe(told.reason);
  expect((await reasonIs(job, told)).changes).toEqual(changes);
  await client.nodeResume({ params: { name: 'nodec' } });
  await runner.order(job.job_id);
});

test('a job whose target has gone, or one of whose nodes is drained, says so', async () => {
  const runner = await host.connectedRunner('away');
  await host.connectedRunner('drained');
  await client.nodeDrain({ params: { name: 'drained' }, body: {} });
  const busy = await host.connectedRunner('busy');
  await busy.order((await submit({ cpus: 4, target: { node: 'busy' } })).job_id);
  await runner.disconnect();
  await reasonIs(await submit({ target: { node: 'away' } }), { kind: 'no_nodes', reason: 'node away is not connected' });
  const reason = 'no ready node that it may use has 1 CPU free; away is not connected, drained is drained';
  const { changes } = await reasonIs(await submit(), { kind: 'resources', reason });
  expect(changes).toEqual([expect.objectContaining({ field: 'drained', node: 'drained' })]);
});

test('a job that its account may not run yet names the limit, not what is free', async () => {
  const runner = await host.connectedRunner();
  await client.accountCreate({ body: { name: 'lab', limits: { running_jobs: 1 } } });
  await client.userUpdate({ params: { name: 'root' }, body: { default_account: 'lab' } });
  await runner.order((await submit()).job_id);
  const reason = 'account lab may have 1 running job at once, with this job it would be 2 running jobs';
  const second = await submit();
  await reasonIs(second, { kind: 'limit', reason });
  expect((await submit()).reason).toBe(reason);
});

test('a job that may not take what is free says for whom it is', async () => {
  const runner = await host.connectedRunner();
  await runner.order((await submit({ cpus: 3, time_limit_ms: HOUR })).job_id);
  const large = await submit({ cpus: 4 });
  await reasonIs(large, { kind: 'resources', reason: 'no node that it may use has 4 CPUs free' });
  const held = await submit({ cpus: 400, hold: true });
  expect(await why(held)).toMatchObject({ kind: 'never_fits' });
  const small = await submit();
  const told = { kind: 'priority', reason: '1 job ahead of it: what is free is for them', jobs_ahead: 1, ahead: [large.job_id] };
  await eventually(async () => (await why(small)).kind === 'priority');
  expect(await why(small)).toMatchObject(told);
  expect(await client.jobShow({ params: { job_id: small.job_id } })).toMatchObject({ reason: 'jobs ahead of it in the queue come first' });
});

test('a job that a reservation keeps waiting names it', async () => {
  await host.connectedRunner();
  const at = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();
  await client.reservationCreate({ body: { name: 'repair', nodes: ['here'], starts_at: at(1), ends_at: at(9) } });
  await eventually(async () => (await client.jobDryRun({ body: { command: ['true'] } })).kind === 'reservation');
  await reasonIs(await submit(), { kind: 'reservation', reason: 'it would run into the reservation repair' });
});

test('a job that is not to begin yet has no age', async () => {
  const job = await submit({ begin_at: new Date(Date.now() + 240 * HOUR).toISOString() });
  expect(await why(job)).toMatchObject({ kind: 'begin_time', priority: { age: 0 } });
});
