import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { STAGES, type Client, type Job, type Limits, type Stage, type Workflow } from '@weir/contract';
import { eventually } from '../eventually.ts';
import type { FakeRunner } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';
import { runStage, stageOf, succeed } from './stage-script.ts';
import { submitBody } from './submit-body.ts';

let host: TestHost;
let client: Client;
let runner: FakeRunner;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
  runner = await host.connectedRunner();
});
afterEach(() => host[Symbol.asyncDispose]());

const limitUser = (limits: Limits) => client.userUpdate({ params: { name: 'root' }, body: { limits } });
const submit = (): Promise<Workflow> => client.workflowCreate({ body: submitBody() });
const endOf = ({ task_id: id }: Workflow) => client.workflowSummary({ params: { task_id: id }, query: { wait_ms: 20_000 } });
const order = (stage: Stage) => eventually(() => runner.received('start').find((frame) => stageOf(frame) === stage));
const stageJob = ({ task_id: id }: Workflow): Promise<Job> =>
  eventually(async () => (await client.jobList({ query: { workflow_id: id } })).jobs[0]);

/** Lets every stage succeed; other jobs run until the test ends them. */
function letStagesSucceed(): void {
  runner.onStart = (frame) => {
    if (stageOf(frame) !== undefined) void succeed(runner, frame);
  };
}

async function chargeProject(limits: Limits): Promise<void> {
  await client.accountCreate({ body: { name: 'project', limits } });
  await client.userUpdate({ params: { name: 'root' }, body: { default_account: 'project' } });
}

describe('a stage is held back as any job', () => {
  test.each<[string, () => Promise<unknown>, string]>([
    [
      'by the running jobs of its user',
      () => limitUser({ running_jobs: 1 }),
      'user root may have 1 running job at once, with this job it would be 2',
    ],
    ['by the CPUs of its user', () => limitUser({ cpus: 2 }), 'user root may have 2 CPUs at once, with this job it would be 3'],
    ['by the GPUs and CPUs of its account', () => chargeProject({ cpus: 1, gpus: 1 }), 'account project may have 1 CPU at once'],
  ])('%s, and goes on by itself when there is room', async (_by, setLimits, reason) => {
    letStagesSucceed();
    await setLimits();
    const first = await client.jobCreate({ body: { command: ['true'] } });
    const running = await runner.order(first.job_id);
    runner.reportRunning(running);
    const workflow = await submit();
    const { job_id: id } = await stageJob(workflow);
    const why = await eventually(async () => ((said) => said.kind === 'limit' && said)(await client.jobWhy({ params: { job_id: id } })));
    expect(why.reason).toContain(reason);
    expect(await client.jobShow({ params: { job_id: id } })).toMatchObject({ state: 'pending', kind: 'stage' });
    runner.reportEnd(running);
    expect(await endOf(workflow)).toMatchObject({ state: 'completed' });
  });
});

test('workflows whose user may have one running job take turns, and both end', async () => {
  letStagesSucceed();
  await limitUser({ running_jobs: 1 });
  const both = await Promise.all([submit(), submit()]);
  for (const workflow of both) expect(await endOf(workflow)).toMatchObject({ state: 'completed' });
  expect(runner.received('start')).toHaveLength(2 * STAGES.length);
});

test('a stage takes what its user and account may have where it would take more, and their time limit', async () => {
  await limitUser({ cpus: 3, time_limit_ms: 90_000 });
  await chargeProject({ cpus: 2, gpus: 0, time_limit_ms: 60_000 });
  letStagesSucceed();
  const workflow = await submit();
  await endOf(workflow);
  const { jobs } = await client.jobList({ query: { workflow_id: workflow.task_id } });
  expect(jobs.map(({ cpus }) => cpus)).toEqual([1, 2, 2, 2, 2]);
  expect(new Set(jobs.map(({ gpus }) => gpus))).toEqual(new Set([0]));
  expect(new Set(jobs.map(({ time_limit_ms: limit }) => limit))).toEqual(new Set([60_000]));
});

describe('the limit of jobs in the queue', () => {
  const refusal = { code: 'queue_full', message: expect.stringContaining('may have 1 job in the queue') as string };

  test.each<[string, () => Promise<unknown>]>([
    ['of a user', () => limitUser({ queued_jobs: 1 })],
    ['of an account', () => chargeProject({ queued_jobs: 1 })],
  ])('%s counts a workflow once, from its submit to its end', async (_of, setLimits) => {
    await setLimits();
    const workflow = await submit();
    await expect(submit()).rejects.toMatchObject({ ...refusal, detail: { field: 'queued_jobs', value: 2 } });
    await order('data_fetch');
    await expect(client.jobCreate({ body: { command: ['true'] } })).rejects.toMatchObject(refusal);
    letStagesSucceed();
    void succeed(runner, await order('data_fetch'));
    expect(await endOf(workflow)).toMatchObject({ state: 'completed' });
    expect(await submit()).toMatchObject({ status: 'pending' });
  });

  test('holds a workflow that no stage of was queued yet', async () => {
    await limitUser({ queued_jobs: 1 });
    await host.running.services.store.write(({ db }) => db.updateTable('nodes').set({ cpus: 0 }).execute());
    const workflow = await submit();
    await expect(submit()).rejects.toMatchObject(refusal);
    expect((await client.jobList({ query: { workflow_id: workflow.task_id } })).total).toBe(0);
  });

  test('counts a query of a warehouse, which gets the time limit of a job', async () => {
    await limitUser({ queued_jobs: 1, time_limit_ms: 60_000 });
    const query = () => client.warehouseQuery({ params: { name: 'local' }, body: { sql: 'select 1' } });
    expect(await query()).toMatchObject({ kind: 'stage', time_limit_ms: 60_000 });
    await expect(query()).rejects.toMatchObject(refusal);
    await expect(submit()).rejects.toMatchObject(refusal);
  });

  test('keeps a workflow from being tried again until there is room', async () => {
    runner.onStart = (frame) => void runStage(runner, frame, { lines: [], outcome: { kind: 'exited', code: 1 } });
    const failed = await submit();
    expect(await endOf(failed)).toMatchObject({ state: 'failed' });
    await limitUser({ queued_jobs: 1 });
    runner.onStart = () => undefined;
    const other = await client.jobCreate({ body: { command: ['true'] } });
    const retry = () => client.workflowRetry({ params: { task_id: failed.task_id } });
    await expect(retry()).rejects.toMatchObject(refusal);
    runner.reportEnd(await runner.order(other.job_id));
    await runner.acknowledged(other.job_id);
    letStagesSucceed();
    await retry();
    expect(await endOf(failed)).toMatchObject({ state: 'completed' });
  });
});
