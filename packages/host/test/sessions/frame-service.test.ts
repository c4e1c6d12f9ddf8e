import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { PROTOCOL_VERSION, SOCKET_PATHS } from '@weir/contract';
import { RunnerSession } from '../../src/sessions/runner-session.ts';
import { eventually } from '../eventually.ts';
import { INVENTORY } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host[Symbol.asyncDispose]());

async function openSession(): Promise<RunnerSession> {
  const headers = { authorization: `Bearer ${host.token('run/node-token')}` };
  const socket = new WebSocket(host.running.url.replace(/^http/, 'ws') + SOCKET_PATHS.runner, { headers });
  await once(socket, 'open');
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- ws declares its class once for import, once for require
  return new RunnerSession('here', '127.0.0.1', socket);
}

test('a hello that is still being answered when its node says hello again concerns nobody any more', async () => {
  const runner = await host.connectedRunner();
  const { job_id: id } = await host.client().jobCreate({ body: { command: ['true'] } });
  runner.reportRunning(await runner.order(id));
  await eventually(async () => (await host.client().jobShow({ params: { job_id: id } })).state === 'running');
  const { frames, sessions, store } = host.running.services;
  const [older, newer] = [await openSession(), await openSession()];
  sessions.greet(older);
  sessions.greet(newer);
  // Told before the attempt began: the attempt is not in it.
  await frames.hello(older, { type: 'hello', version: PROTOCOL_VERSION, node: 'here', inventory: INVENTORY, attempts: [] });
  expect(await store.read.selectFrom('jobs').select('state').executeTakeFirstOrThrow()).toEqual({ state: 'running' });
  expect(sessions.find('here')).not.toBe(older);
  expect(older.isOpen).toBe(false);
  newer.close('');
});

test('a session whose hello is still being answered ends with the token of its node, too', async () => {
  const { sessions } = host.running.services;
  const session = await openSession();
  sessions.greet(session);
  const { tokens } = await host.client().tokenList();
  await host.client().tokenRevoke({ params: { id: tokens.find(({ kind }) => kind === 'node')?.id ?? 0 } });
  await eventually(() => !session.isOpen && !sessions.expects('here'));
});

test('a start that two sources give is sent once in a session, and again in the next one', async () => {
  const runner = await host.connectedRunner();
  const { job_id: id } = await host.client().jobCreate({ body: { command: ['true'] } });
  const { launch } = await runner.order(id);
  const { sessions } = host.running.services;
  sessions.require('here').start({ type: 'start', jobId: id, attempt: 1, launch });
  runner.reportEnd({ jobId: id, attempt: 1 });
  await runner.acknowledged(id);
  expect(runner.received('start')).toHaveLength(1);
  const { job_id: second } = await host.client().jobCreate({ body: { command: ['true'] } });
  await runner.order(second);
  // As if the order had never arrived.
  runner.attempts.clear();
  await runner.disconnect();
  await runner.connect();
  await eventually(() => runner.received('start').filter(({ jobId }) => jobId === second).length === 2);
});
