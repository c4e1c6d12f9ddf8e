import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client, Job, Workflow } from '@weir/contract';
import { eventually } from '../eventually.ts';
import type { FakeRunner, StartFrame } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';
import { runStage, stageOf, succeed } from './stage-script.ts';
import { submitBody } from './submit-body.ts';

let host: TestHost;
let client: Client;
let config: { localNode: string };
beforeEach(async () => {
  config = { localNode: 'here' };
  host = await TestHost.start(config);
  client = host.client();
});
afterEach(() => host[Symbol.asyncDispose]());

const at = (workflow: Workflow) => ({ params: { task_id: workflow.task_id } });
const ended = (workflow: Workflow) => client.workflowSummary({ ...at(workflow), query: { wait_ms: 20_000 } });
const stageOrder = (runner: FakeRunner, stage: string) =>
  eventually(() => runner.received('start').find((order) => stageOf(order) === stage));
const fail = (runner: FakeRunner, order: StartFrame) => runStage(runner, order, { lines: [], outcome: { kind: 'exited', code: 1 } });

/** A workflow that failed on the only node, so that there may be files of it. */
async function failedOn(runner: FakeRunner): Promise<Workflow> {
  const workflow = await client.workflowCreate({ body: submitBody() });
  await fail(runner, await stageOrder(runner, 'data_fetch'));
  await ended(workflow);
  return workflow;
}

/** The removals of files that were ever queued, and every other job that is not of a workflow. */
const removals = async (): Promise<Job[]> =>
  (await client.jobList({ query: { limit: 100 } })).jobs.filter(({ workflow_id: workflow }) => workflow === null);
const theRemoval = () => eventually(async () => (await removals())[0]);

describe('the removal of the files of a deleted workflow', () => {
  test('is cancelled when it waits for a node that is removed, another job for that node is not', async () => {
    const runner = await host.connectedRunner('away');
    const workflow = await failedOn(runner);
    await host.connectedRunner('other');
    await client.nodeDrain({ params: { name: 'away' }, body: {} });
    const { job_id: own } = await client.jobCreate({ body: { command: ['true'], target: { node: 'away' } } });
    await client.workflowDelete(at(workflow));
    const removal = await eventually(async () => (await removals()).find(({ job_id: id }) => id !== own));
    const { last_seq: after } = await client.eventList();
    await client.nodeRemove({ params: { name: 'away' }, query: { force: 'true' } });
    const { reason } = await host.jobIn(removal.job_id, 'cancelled');
    expect(reason).toBe('node away, from which it was to remove files, was removed');
    const { events } = await client.eventList({ query: { after } });
    expect(events.map(({ type, job_id: job }) => [type, job])).toEqual([
      ['node.removed', null],
      ['job.ended', removal.job_id],
    ]);
    const waits = await eventually(async () =>
      ((job) => job.reason?.includes('there is no node') && job)(await client.jobShow({ params: { job_id: own } })),
    );
    expect(waits.state).toBe('pending');
  });

  test('is cancelled when it runs on a node that is removed, not when another node is', async () => {
    const runner = await host.connectedRunner('away');
    const workflow = await failedOn(runner);
    const other = await host.connectedRunner('other');
    await client.workflowDelete(at(workflow));
    const removal = await theRemoval();
    runner.reportRunning(await runner.order(removal.job_id));
    await host.jobIn(removal.job_id, 'running');
    await client.nodeRemove({ params: { name: 'other' }, query: { force: 'true' } });
    await eventually(() => other.closed);
    expect((await client.jobShow({ params: { job_id: removal.job_id } })).state).toBe('running');
    await client.nodeRemove({ params: { name: 'away' }, query: { force: 'true' } });
    expect((await host.jobIn(removal.job_id, 'cancelled')).reason).toMatch(/^node away, .* was removed$/);
  });

  test('is not asked of a node that was removed before', async () => {
    const workflow = await failedOn(await host.connectedRunner('away'));
    await client.nodeRemove({ params: { name: 'away' } });
    await client.workflowDelete(at(workflow));
    expect(await removals()).toEqual([]);
  });
});

describe('the files on a machine whose node has another name since', () => {
  /** The host and its runner start anew under another name, on the same home. */
  async function rename(): Promise<FakeRunner> {
    await host.halt();
    config.localNode = 'renamed';
    await host.start();
    client = host.client();
    return host.connectedRunner('renamed');
  }

  test('are found by the next stage and removed by that node where the host has its store for itself', async () => {
    const before = await host.connectedRunner();
    const workflow = await client.workflowCreate({ body: submitBody() });
    await succeed(before, await stageOrder(before, 'data_fetch'));
    await fail(before, await stageOrder(before, 'train'));
    await ended(workflow);
    const runner = await rename();
    const isAlone = host.running.services.store.kind === 'sqlite';
    await client.workflowRetry(at(workflow));
    const train = await eventually(async () => {
      const { jobs } = await client.jobList({ query: { workflow_id: workflow.task_id } });
      return jobs.find(({ stage, ended_at: end }) => stage === 'train' && end === null);
    });
    expect(train.target).toEqual({ node: isAlone ? 'renamed' : 'here' });
    if (isAlone) await fail(runner, await runner.order(train.job_id));
    else await client.workflowCancel(at(workflow));
    await ended(workflow);
    await client.workflowDelete(at(workflow));
    await theRemoval();
    expect(await removals()).toMatchObject([{ target: { node: isAlone ? 'renamed' : 'here' } }]);
  });

  test('are waited for where they were as long as no runner came under the new name', async () => {
    const before = await host.connectedRunner();
    const workflow = await failedOn(before);
    await host.halt();
    config.localNode = 'renamed';
    await host.start();
    client = host.client();
    await client.workflowDelete(at(workflow));
    await theRemoval();
    expect(await removals()).toMatchObject([{ target: { node: 'here' } }]);
  });
});
