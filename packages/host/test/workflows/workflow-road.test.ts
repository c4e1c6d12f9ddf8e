import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { STAGES, type Client, type Stage, type Workflow } from '@weir/contract';
import { eventually } from '../eventually.ts';
import type { FakeRunner } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';
import { RESULTS, runStage, specOf, stageOf, succeed } from './stage-script.ts';
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

/** Lets every stage succeed except those that `failing` names. */
function script(failing: readonly Stage[] = []): void {
  runner.onStart = (order) => {
    if (stageOf(order) === undefined) return;
    if (!failing.includes(stageOf(order))) void succeed(runner, order);
    else
      void runStage(runner, order, {
        lines: [
          { type: 'checkpoint', data: { epoch: 2 } },
          { type: 'error', code: 'x', message: 'no {space} left' },
        ],
        outcome: { kind: 'exited', code: 1 },
      });
  };
}

const submit = (over = {}): Promise<Workflow> => client.workflowCreate({ body: submitBody(over) });
const at = (workflow: Workflow) => ({ params: { task_id: workflow.task_id } });
const ended = async (workflow: Workflow) => client.workflowSummary({ ...at(workflow), query: { wait_ms: 20_000 } });
const order = (stage: Stage, nth = 0) => eventually(() => runner.received('start').filter((frame) => stageOf(frame) === stage)[nth]);
const statuses = async (workflow: Workflow) => (await client.workflowSteps(at(workflow))).map(({ status }) => status);

test('the stages of a workflow are charged to the default account of its user', async () => {
  await client.accountCreate({ body: { name: 'project' } });
  await client.userUpdate({ params: { name: 'root' }, body: { default_account: 'project' } });
  await submit();
  const { jobId } = await order('data_fetch');
  expect(await client.jobShow({ params: { job_id: jobId } })).toMatchObject({ kind: 'stage', account: 'project' });
});

test('a workflow goes through its five stages, each with what those before it left', async () => {
  script();
  const workflow = await submit({ epochs: 2 });
  expect(workflow).toMatchObject({ status: 'pending', current_step: 0, total_steps: 5, started_at: null });
  expect(workflow.created_at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  const summary = await ended(workflow);
  expect(summary).toMatchObject({
    workflow_id: workflow.task_id,
    state: 'completed',
    metrics: { valid: { click: { AUC: 0.75 } } },
    rows_trained: 8,
    rows_inferred: 5,
    rows_loaded: 5,
    result_table: 'db.result',
    error: null,
    url: `${host.running.url}/workflows/${workflow.task_id}`,
  });
  const orders = runner.received('start');
  expect(orders.map(stageOf)).toEqual(STAGES);
  expect(specOf(orders[1]!)).toMatchObject({ dataFetch: RESULTS.data_fetch, overrides: { epochs: 2 }, checkpoint: null });
  expect(specOf(orders[4]!)).toMatchObject({ train: RESULTS.train, infer: RESULTS.infer, transport: RESULTS.transport });
  expect(orders[1]!.launch.gpuIds).toEqual([0]);
  expect(
    (await client.eventList({ query: { workflow_id: workflow.task_id } })).events
      .map(({ type }) => type)
      .filter((type) => /^workflow|completed/.test(type)),
  ).toEqual(['workflow.created', 'workflow.started', ...STAGES.map(() => 'stage.completed'), 'workflow.completed']);
});

test('the routes answer in the shapes that FuxiCTR clients read', async () => {
  script();
  const workflow = await submit();
  await ended(workflow);
  const shown = await client.workflowShow(at(workflow));
  expect(shown).toMatchObject({ status: 'completed', current_step: 5, sample_sql: 'select 1', hive_table: 'db.result' });
  expect((await client.workflowList()).map(({ task_id: id }) => id)).toEqual([workflow.task_id]);
  expect(await client.workflowList({ query: { status: 'failed' } })).toEqual([]);
  const steps = await client.workflowSteps(at(workflow));
  expect(steps[0]).toMatchObject({
    task_id: workflow.task_id,
    step_name: 'data_fetch',
    status: 'completed',
    error_message: null,
    retry_count: 0,
  });
  const progress = await client.workflowProgress(at(workflow));
  expect(Object.keys(progress)).toEqual([
    'task_id',
    'task_name',
    'status',
    'current_step',
    'total_steps',
    'steps',
    'metrics',
    'created_at',
    'started_at',
    'completed_at',
  ]);
  expect(progress.metrics['data_fetch']).toEqual({ duration_seconds: 2.5, bytes_transferred: 150, rows_processed: 15 });
  const { metrics } = await client.workflowMetrics(at(workflow));
  expect(metrics.map((row) => row['step_name'])).toEqual(STAGES);
  expect(metrics[1]).toMatchObject({ best_auc: 0.75, final_loss: 0.25, epochs_completed: 3, rows_processed: 8 });
  expect(await client.workflowServers()).toEqual({ servers: [{ name: 'here', host: 'machine', port: 22, username: '' }] });
  expect(Object.keys(await client.workflowConfig())).toEqual(['servers', 'storage', 'fuxictr_paths', 'transfer', 'workflow']);
  expect(await client.workflowReportShow(at(workflow))).toEqual({ rows: 5 });
  const page = await host.inject({ url: `/workflows/${workflow.task_id}` });
  expect(page.body).toBe('<p>done</p>');
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': expect.stringContaining("default-src 'none'") as string,
  });
});

describe('a stage that fails', () => {
  test('fails the workflow with what its program said, and its retry goes on from its checkpoint', async () => {
    script(['train']);
    const workflow = await submit();
    expect(await ended(workflow)).toMatchObject({
      state: 'failed',
      error: 'train: no {space} left (exited with code 1)',
      result_table: null,
    });
    expect(await statuses(workflow)).toEqual(['completed', 'failed', 'pending', 'pending', 'pending']);
    await expect(client.workflowReport(at(workflow))).rejects.toMatchObject({ code: 'report_not_ready' });
    await expect(client.workflowRetry({ ...at(workflow), query: { step: 'infer' } })).rejects.toMatchObject({ code: 'state_conflict' });
    script();
    expect(await client.workflowRetry(at(workflow))).toEqual({ message: `Task ${workflow.task_id} retry initiated` });
    expect(await ended(workflow)).toMatchObject({ state: 'completed', error: null });
    expect(specOf(await order('train', 1))).toMatchObject({ checkpoint: { epoch: 2 } });
    expect((await client.workflowSteps(at(workflow))).map(({ retry_count: count }) => count)).toEqual([0, 1, 0, 0, 0]);
    expect(runner.received('start').filter((frame) => stageOf(frame) === 'data_fetch')).toHaveLength(1);
    await expect(client.workflowRetry(at(workflow))).rejects.toMatchObject({
      code: 'state_conflict',
      status: 400,
      message: 'Can only retry failed or cancelled tasks, current status: completed',
    });
  });

  test('can be retried from an earlier stage, which then starts anew', async () => {
    script(['infer']);
    const workflow = await submit();
    await ended(workflow);
    script();
    await client.workflowRetry({ ...at(workflow), query: { step: 'train' } });
    expect(await ended(workflow)).toMatchObject({ state: 'completed' });
    expect(specOf(await order('train', 1))).toMatchObject({ checkpoint: null });
    expect(specOf(await order('infer', 1))).toMatchObject({ checkpoint: null });
  });

  test('is one that leaves no result, too', async () => {
    runner.onStart = (frame) => void runStage(runner, frame, { lines: [] });
    expect(await ended(await submit())).toMatchObject({ state: 'failed', error: 'data_fetch: ended without a result' });
  });
});

describe('a cancel', () => {
  test('of a workflow whose stage is queued ends it at once', async () => {
    await runner.disconnect();
    await eventually(() => host.running.services.sessions.size === 0);
    const workflow = await submit();
    await eventually(async () => (await client.workflowShow(at(workflow))).status === 'running');
    expect(await client.workflowCancel(at(workflow))).toEqual({ message: `Task ${workflow.task_id} cancellation requested` });
    expect(await ended(workflow)).toMatchObject({ state: 'cancelled' });
    expect(await statuses(workflow)).toEqual(['cancelled', 'pending', 'pending', 'pending', 'pending']);
    await client.workflowCancel(at(workflow));
    await runner.connect();
    script();
    await client.workflowRetry(at(workflow));
    expect(await ended(workflow)).toMatchObject({ state: 'completed' });
  });

  test('of a running stage stops its job', async () => {
    const workflow = await submit();
    const frame = await order('data_fetch');
    runner.reportRunning(frame);
    await eventually(async () => (await statuses(workflow))[0] === 'running');
    await client.workflowCancel(at(workflow));
    await eventually(() => runner.received('stop')[0]);
    runner.reportEnd(frame, { kind: 'stopped', by: 'user', code: null, signal: 15 });
    expect(await ended(workflow)).toMatchObject({ state: 'cancelled', error: 'data_fetch: cancelled by request' });
  });

  test('that meets a stage which completes keeps its result and stops before the next', async () => {
    const workflow = await submit();
    const frame = await order('data_fetch');
    await client.workflowCancel(at(workflow));
    await succeed(runner, frame);
    expect(await ended(workflow)).toMatchObject({ state: 'cancelled' });
    expect(await statuses(workflow)).toEqual(['completed', 'cancelled', 'pending', 'pending', 'pending']);
  });
});

describe('a delete', () => {
  test('waits for the end, then removes rows and events and queues the removal of the files', async () => {
    script(['data_fetch']);
    const running = await submit();
    await expect(Promise.all([client.workflowDelete(at(running))])).rejects.toMatchObject({ code: 'state_conflict' });
    await ended(running);
    expect(await client.workflowDelete(at(running))).toEqual({ message: 'Task deleted successfully' });
    await expect(client.workflowShow(at(running))).rejects.toMatchObject({ code: 'workflow_not_found', message: 'Task not found' });
    await expect(client.workflowDelete(at(running))).rejects.toMatchObject({ code: 'workflow_not_found' });
    expect((await client.eventList({ query: { workflow_id: running.task_id } })).events).toEqual([]);
    const removal = await eventually(() =>
      runner.received('start').find(({ launch }) => launch.program.kind === 'stage' && launch.program.program === 'dataset_delete'),
    );
    expect(specOf(removal)).toEqual({ datasetId: running.dataset_id });
    const { stages } = await host.running.services.store.read
      .selectFrom('workflow_stages')
      .select(({ fn }) => fn.countAll<number>().as('stages'))
      .executeTakeFirstOrThrow();
    expect(stages).toBe(0);
  });

  test('and a retry at once leave either a deleted workflow or a running one', async () => {
    script(['data_fetch']);
    const workflow = await submit();
    await ended(workflow);
    runner.onStart = () => undefined;
    const results = await Promise.allSettled([
      client.workflowDelete(at(workflow)),
      client.workflowRetry(at(workflow)),
      client.workflowDelete(at(workflow)),
    ]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

test('a workflow that cannot be moved on holds up no other, and health says which', async () => {
  await runner.disconnect();
  const [broken, sound] = [await submit(), await submit()];
  await eventually(async () => (await statuses(sound))[0] === 'running');
  const sql = host.running.services.store;
  await sql.write(async ({ db }) => {
    await db.updateTable('workflow_stages').set({ state: 'pending', job_id: null }).where('workflow_id', '=', broken.task_id).execute();
    await db.updateTable('workflows').set({ experiment: '{' }).where('id', '=', broken.task_id).execute();
  });
  script();
  await runner.connect();
  expect(await ended(sound)).toMatchObject({ state: 'completed' });
  expect((await host.running.services.health.check()).checks.workflows).toContain(`workflow ${broken.task_id} cannot be moved on`);
});
