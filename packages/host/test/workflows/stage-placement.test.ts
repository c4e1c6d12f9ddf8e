import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client } from '@weir/contract';
import { eventually } from '../eventually.ts';
import { INVENTORY } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';
import { stageOf, succeed } from './stage-script.ts';
import { submitBody } from './submit-body.ts';

const WITHOUT_ENGINE = {
  ...INVENTORY,
  cpus: 64,
  executors: [
    { kind: 'process' as const, usable: true, notes: [] },
    { kind: 'stages' as const, usable: false, notes: ['the engine is not installed'] },
  ],
};

let host: TestHost;
let client: Client;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
});
afterEach(() => host[Symbol.asyncDispose]());

/** A node that runs jobs but no stages. */
async function addLightNode(name: string) {
  const runner = await host.runner(name);
  runner.inventory = WITHOUT_ENGINE;
  await runner.connect();
  await host.nodeIsKnown(name);
  return runner;
}

test('stages run on nodes with the engine only, and ask for no more than those have', async () => {
  const light = await addLightNode('light');
  const engine = await host.connectedRunner('engine');
  engine.onStart = (order) => {
    if (stageOf(order) !== undefined) void succeed(engine, order);
  };
  const workflow = await client.workflowCreate({ body: submitBody() });
  const summary = await client.workflowSummary({ params: { task_id: workflow.task_id }, query: { wait_ms: 20_000 } });
  expect(summary.state).toBe('completed');
  expect(engine.received('start').map(({ launch }) => launch.cpus)).toEqual([4, 4, 4, 2, 1]);
  expect(light.received('start')).toEqual([]);
  const job = await client.jobCreate({ body: { command: ['true'], target: { node: 'light' } } });
  await light.order(job.job_id);
});

test('a stage waits, says for what, and begins once a node has the engine', async () => {
  const light = await addLightNode('light');
  const { job_id } = await client.warehouseQuery({ params: { name: 'local' }, body: { sql: 'select 1' } });
  await eventually(async () => (await client.jobShow({ params: { job_id } })).reason === REASON);
  expect(await client.jobWhy({ params: { job_id } })).toMatchObject({ kind: 'never_fits', reason: REASON });
  await light.disconnect();
  light.inventory = INVENTORY;
  await light.connect();
  await light.order(job_id);
});

const REASON = 'no node has the engine of workflows: "npm run setup" on a node, then a restart of its runner, brings it';
