import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client, Stage, Workflow } from '@weir/contract';
import { eventually } from '../eventually.ts';
import type { FakeRunner } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';
import { specOf, stageOf, succeed } from './stage-script.ts';
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

const submit = (): Promise<Workflow> => client.workflowCreate({ body: submitBody() });
const at = (workflow: Workflow) => ({ params: { task_id: workflow.task_id } });
const order = (stage: Stage) => eventually(() => runner.received('start').find((frame) => stageOf(frame) === stage));

describe('event lines', () => {
  const log = (message: string) => ({ type: 'log', level: 'INFO', message });
  const messages = async (workflow: Workflow) => {
    const { events } = await client.workflowEvents({ ...at(workflow), query: { limit: 1_000 } });
    return events.filter(({ type }) => type === 'stage.logged').map(({ data }) => data['message']);
  };
  const acked = (count: number) =>
    eventually(() => runner.received('eventsAck').length === count && runner.received('eventsAck')[count - 1]);

  test('are stored once, whatever is repeated, overlaps or is missing, also across sessions', async () => {
    const workflow = await submit();
    const frame = await order('data_fetch');
    runner.reportRunning(frame);
    runner.sendEvents(frame, [log('a'), log('b')], { offset: 0, nextOffset: 20 });
    expect(await acked(1)).toMatchObject({ offset: 20 });
    runner.sendEvents(frame, [log('a'), log('b')], { offset: 0, nextOffset: 20 });
    expect(await acked(2)).toMatchObject({ offset: 20 });
    runner.sendEvents(frame, [log('b'), log('c')], { offset: 10, nextOffset: 30 });
    expect(await acked(3)).toMatchObject({ offset: 20 });
    runner.sendEvents(frame, [log('d')], { offset: 30, nextOffset: 40 });
    expect(await acked(4)).toMatchObject({ offset: 20 });
    await runner.disconnect();
    expect((await runner.connect()).attempts).toEqual([{ jobId: frame.jobId, attempt: 1, eventsOffset: 20 }]);
    runner.sendEvents(frame, [log('c')], { offset: 20, nextOffset: 30 });
    expect(await acked(5)).toMatchObject({ offset: 30 });
    expect(await messages(workflow)).toEqual(['a', 'b', 'c']);
  });

  test('outside the contract are shown as they are', async () => {
    const workflow = await submit();
    const frame = await order('data_fetch');
    runner.sendEvents(frame, [{ type: 'log', level: 'LOUD', message: 'x' }, 7], { offset: 0, nextOffset: 9 });
    await acked(1);
    expect(await messages(workflow)).toEqual(['not an event: {"type":"log","level":"LOUD","message":"x"}', 'not an event: 7']);
  });

  test('of a lost attempt hand its checkpoint to the next attempt of the same job', async () => {
    await submit();
    const frame = await order('data_fetch');
    runner.reportRunning(frame);
    runner.sendEvents(frame, [{ type: 'checkpoint', data: { chunk: 3 } }], { offset: 0, nextOffset: 50 });
    await acked(1);
    runner.reportEnd(frame, { kind: 'lost', reason: 'process_vanished' });
    const second = await runner.order(frame.jobId, 2);
    expect(specOf(second)).toEqual({ ...specOf(frame), checkpoint: { chunk: 3 } });
    runner.sendEvents(frame, [{ type: 'checkpoint', data: { chunk: 99 } }], { offset: 50, nextOffset: 60 });
    expect(await acked(2)).toMatchObject({ offset: 60 });
    await succeed(runner, second);
    await order('train');
  });
});
