import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client, Stage, Workflow } from '@weir/contract';
import { eventually } from '../eventually.ts';
import { INVENTORY, type FakeRunner, type StartFrame } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';
import { runStage, stageOf, succeed } from './stage-script.ts';
import { submitBody } from './submit-body.ts';

let host: TestHost;
let client: Client;
let runners: FakeRunner[];
beforeEach(async () => {
  host = await TestHost.start({ lostAfterMs: 600, leaseMs: 300 });
  client = host.client();
  runners = [];
  for (const node of ['here', 'there']) {
    const runner = await host.connectedRunner(node);
    runner.beat(50);
    runners.push(runner);
  }
});
afterEach(() => host[Symbol.asyncDispose]());

const at = (workflow: Workflow) => ({ params: { task_id: workflow.task_id } });
const ended = (workflow: Workflow) => client.workflowSummary({ ...at(workflow), query: { wait_ms: 20_000 } });
const job = (jobId: number) => client.jobShow({ params: { job_id: jobId } });

/** The nth order of a stage, and who got it. */
function orderOf(stage: Stage, nth = 0): Promise<{ runner: FakeRunner; order: StartFrame }> {
  return eventually(
    () =>
      runners.flatMap((runner) => runner.received('start').flatMap((order) => (stageOf(order) === stage ? [{ runner, order }] : [])))[nth],
  );
}

/** The job of a stage that waits. */
const waitingJob = (workflow: Workflow, stage: Stage) =>
  eventually(async () => {
    const { jobs } = await client.jobList({ query: { workflow_id: workflow.task_id, state: 'pending' } });
    return jobs.find((found) => found.stage === stage);
  });

function letAllSucceed(): void {
  for (const runner of runners) {
    runner.onStart = (order) => {
      if (stageOf(order) !== undefined) void succeed(runner, order);
    };
  }
}

/** A workflow whose data lies on one node, on which an urgent job keeps its second stage waiting; the other node is idle. */
async function waitingForItsNode() {
  const workflow = await client.workflowCreate({ body: submitBody() });
  const { runner, order } = await orderOf('data_fetch');
  const body = { command: ['true'], cpus: 4, class: 'urgent' as const, target: { node: runner.node } };
  const blocker = await client.jobCreate({ body });
  await succeed(runner, order);
  const blocked = await runner.order(blocker.job_id);
  const train = await waitingJob(workflow, 'train');
  const other = runners.find((candidate) => candidate !== runner)!;
  return { workflow, runner, other, blocked, train };
}

describe('the stages after the first', () => {
  test('run on the node that has the files, and wait for it although another one is free', async () => {
    const { workflow, runner, other, blocked, train } = await waitingForItsNode();
    const tie = `the files of workflow ${workflow.task_id} are on node ${runner.node} only`;
    expect(train).toMatchObject({ target: { node: runner.node }, reason: expect.stringContaining(tie) as string });
    const why = await client.jobWhy({ params: { job_id: train.job_id } });
    expect(why.reason).toContain(tie);
    expect(why.changes).toEqual([]);
    letAllSucceed();
    runner.reportEnd(blocked);
    expect(await ended(workflow)).toMatchObject({ state: 'completed' });
    expect(other.received('start')).toEqual([]);
  });

  test('ask for no more than that node has', async () => {
    const small = runners[0]!;
    await client.nodeRemove({ params: { name: 'there' } });
    await small.disconnect();
    small.inventory = { ...INVENTORY, cpus: 2, gpus: [] };
    await small.connect();
    small.beat(50);
    const workflow = await client.workflowCreate({ body: submitBody() });
    const { order } = await orderOf('data_fetch');
    const large = await host.runner('there');
    large.inventory = { ...INVENTORY, cpus: 16 };
    await large.connect();
    large.beat(50);
    await host.nodeIsKnown('there');
    letAllSucceed();
    await succeed(small, order);
    expect(await ended(workflow)).toMatchObject({ state: 'completed' });
    expect(small.received('start').map(({ launch }) => [launch.cpus, launch.gpuIds.length])).toEqual([
      [2, 0],
      [2, 0],
      [2, 0],
      [2, 0],
      [1, 0],
    ]);
  });

  test('are not bound to a node on which nothing was completed', async () => {
    const workflow = await client.workflowCreate({ body: submitBody() });
    const first = await orderOf('data_fetch');
    await runStage(first.runner, first.order, { lines: [], outcome: { kind: 'exited', code: 1 } });
    expect(await ended(workflow)).toMatchObject({ state: 'failed' });
    await client.nodeDrain({ params: { name: first.runner.node }, body: {} });
    letAllSucceed();
    await client.workflowRetry(at(workflow));
    expect(await ended(workflow)).toMatchObject({ state: 'completed' });
    expect((await orderOf('train')).runner).not.toBe(first.runner);
  });
});

describe('a node with the files of a workflow', () => {
  test('that is lost is waited for, and it is said how to start over on another one', async () => {
    const { workflow, runner, other, train } = await waitingForItsNode();
    await runner.disconnect();
    const { task_id: id } = workflow;
    const commands = `"weir workflow cancel ${id}", then "weir workflow retry ${id} --stage data_fetch"`;
    await eventually(async () => (await job(train.job_id)).reason?.includes(commands));
    await client.workflowCancel(at(workflow));
    expect(await ended(workflow)).toMatchObject({ state: 'cancelled' });
    letAllSucceed();
    await client.workflowRetry({ ...at(workflow), query: { step: 'data_fetch' } });
    expect(await ended(workflow)).toMatchObject({ state: 'completed' });
    expect(other.received('start')).toHaveLength(5);
  });

  test('that is removed fails the stage that waits for it, with what to do', async () => {
    const { workflow, runner, other, train } = await waitingForItsNode();
    await client.nodeRemove({ params: { name: runner.node }, query: { force: 'true' } });
    const error = `train: its files are in the Weir home of node ${runner.node}, which was removed: `;
    expect(await ended(workflow)).toMatchObject({ state: 'failed', error: expect.stringContaining(error) as string });
    expect(await job(train.job_id)).toMatchObject({ state: 'cancelled', reason: expect.stringContaining('which was removed') as string });
    await client.workflowRetry(at(workflow));
    expect(await ended(workflow)).toMatchObject({ state: 'failed', error: expect.stringContaining(error) as string });
    letAllSucceed();
    await client.workflowRetry({ ...at(workflow), query: { step: 'data_fetch' } });
    expect(await ended(workflow)).toMatchObject({ state: 'completed' });
    expect(other.received('start')).toHaveLength(5);
  });

  test('is the one that deletes them', async () => {
    const workflow = await client.workflowCreate({ body: submitBody() });
    const { runner, order } = await orderOf('data_fetch');
    await runStage(runner, order, { lines: [], outcome: { kind: 'exited', code: 1 } });
    await ended(workflow);
    await client.workflowDelete(at(workflow));
    const removals = await eventually(async () => {
      const { jobs } = await client.jobList();
      const found = jobs.filter(({ name }) => name.startsWith('delete '));
      return found.length > 0 && found;
    });
    expect(removals).toMatchObject([{ target: { node: runner.node } }]);
    await runner.order(removals[0]!.job_id);
  });
});
