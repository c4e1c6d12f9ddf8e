import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { LogMessage, StatusMessage, Workflow } from '@weir/contract';
import { eventually } from '../eventually.ts';
import type { FakeRunner, StartFrame } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';
import { submitBody } from './submit-body.ts';

let host: TestHost;
let runner: FakeRunner;
let workflow: Workflow;
let order: StartFrame;
let readers: WebSocket[];
beforeEach(async () => {
  readers = [];
  host = await TestHost.start();
  runner = await host.connectedRunner();
  workflow = await host.client().workflowCreate({ body: submitBody() });
  order = await eventually(() => runner.received('start')[0]);
});
afterEach(async () => {
  for (const reader of readers) reader.terminate();
  await host[Symbol.asyncDispose]();
});

type Message = StatusMessage | LogMessage;

async function follow(after?: number | string, id = workflow.task_id): Promise<{ socket: WebSocket; messages: Message[] }> {
  const query = after === undefined ? '' : `?after=${after}`;
  const url = `${host.running.url.replace('http', 'ws')}/api/workflow/tasks/${id}/logs${query}`;
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${host.token()}` } });
  const messages: Message[] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message));
  readers.push(socket);
  await once(socket, 'open');
  return { socket, messages };
}

/** Writes log lines `from` to `to` as the stage. */
function write(from: number, to: number, text = ''): void {
  const lines = Array.from({ length: to - from }, (_, index) => ({ type: 'log', level: 'INFO', message: `${from + index}${text}` }));
  runner.sendEvents(order, lines, { offset: from, nextOffset: to });
}

const linesOf = (messages: Message[]) =>
  messages.flatMap((message) =>
    message.type === 'log' && /^\d/.test(message.data.message) ? [Number.parseInt(message.data.message, 10)] : [],
  );
const seqsOf = (messages: Message[]) => messages.flatMap((message) => ('seq' in message ? [message.seq] : []));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

test('the status comes first, then everything from the start in its envelope', async () => {
  runner.sendEvents(
    order,
    [
      { type: 'log', level: 'WARNING', message: 'careful' },
      { type: 'progress', current: 1, total: 3, message: 'chunk' },
      { type: 'progress', current: 1, total: 0, message: 'chunk' },
      { type: 'metric', name: 'auc', value: 0.5, split: 'valid', epoch: 2 },
      { type: 'error', code: 'x', message: 'oh' },
    ],
    { offset: 0, nextOffset: 9 },
  );
  await eventually(() => runner.received('eventsAck')[0]);
  const { messages } = await follow();
  await eventually(() => messages.length >= 9);
  expect(messages[0]).toEqual({ type: 'status', task_id: workflow.task_id, data: { status: 'running', current_step: 0 } });
  expect(messages.slice(1, 4).map((message) => [message.type, 'step' in message && message.step, message.data])).toEqual([
    ['log', 'workflow', { level: 'INFO', message: 'submitted' }],
    ['log', 'workflow', { level: 'INFO', message: 'started' }],
    ['log', 'data_fetch', { level: 'INFO', message: 'queued' }],
  ]);
  expect(messages.slice(4).map((message) => [message.type, message.data])).toEqual([
    ['log', { level: 'WARNING', message: 'careful' }],
    ['progress', { current: 1, total: 3, percent: 33, message: 'chunk' }],
    ['progress', { current: 1, total: 0, percent: 0, message: 'chunk' }],
    ['metric', { name: 'auc', value: 0.5, unit: '', split: 'valid', epoch: 2 }],
    ['log', { level: 'ERROR', message: 'oh' }],
  ]);
  expect(messages[4]).toMatchObject({ step: 'data_fetch', timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as string });
});

test('readers from the start and from the middle miss nothing and get nothing twice while lines are written', async () => {
  const early = await follow();
  for (let at = 0; at < 1_000; at += 50) write(at, at + 50);
  await eventually(() => linesOf(early.messages).length > 100);
  const { seq } = early.messages.at(-1) as LogMessage;
  const late = await follow(seq);
  const whole = await follow(0);
  await eventually(() => [early, whole].every(({ messages }) => linesOf(messages).length >= 1_000));
  const rest = seqsOf(early.messages).filter((found) => found > seq);
  await eventually(() => late.messages.length > rest.length);
  expect(linesOf(early.messages)).toEqual(upTo(1_000));
  expect(linesOf(whole.messages)).toEqual(upTo(1_000));
  expect(seqsOf(late.messages)).toEqual(rest);
});

test('a slow reader gets everything in the end and holds up nobody', async () => {
  const slow = await follow();
  slow.socket.pause();
  for (let at = 0; at < 200; at += 20) write(at, at + 20, 'x'.repeat(50_000));
  const quick = await follow();
  await eventually(() => linesOf(quick.messages).length === 200);
  expect(linesOf(slow.messages).length).toBeLessThan(200);
  slow.socket.resume();
  await eventually(() => linesOf(slow.messages).length === 200);
  expect(linesOf(slow.messages)).toEqual(upTo(200));
});

test('a reader that goes away leaves nothing behind', async () => {
  const before = host.running.services.hub.listenerCount;
  const { socket } = await follow();
  await eventually(() => host.running.services.hub.listenerCount === before + 1);
  socket.terminate();
  await eventually(() => host.running.services.hub.listenerCount === before);
});

test('the socket ends when the workflow is deleted', async () => {
  const { socket, messages } = await follow();
  const closed = once(socket, 'close');
  runner.reportEnd(order, { kind: 'exited', code: 1 });
  await eventually(() => messages.some(({ type }) => type === 'error'));
  await host.client().workflowDelete({ params: { task_id: workflow.task_id } });
  const [code, reason] = (await closed) as [number, Buffer];
  expect([code, reason.toString()]).toEqual([1000, 'the workflow is deleted']);
});

test.each([
  ['another workflow', undefined, 99],
  ['a place that is none', 'x', undefined],
  ['a place before the start', -1, undefined],
])('the socket refuses %s before it says anything', async (_what, after, id) => {
  const { socket, messages } = await follow(after, id);
  const [code] = (await once(socket, 'close')) as [number];
  expect(code).toBe(1008);
  expect(messages).toEqual([]);
});
