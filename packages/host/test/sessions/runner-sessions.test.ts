import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_FRAME_BYTES, SOCKET_PATHS, readNodeChallenge, type Client } from '@weir/contract';
import { insertAllocations } from '../../src/allocations/allocation-store.ts';
import { eventually } from '../eventually.ts';
import { FakeRunner, INVENTORY, NOON } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';

let host: TestHost;
let client: Client;
beforeEach(async () => {
  host = await TestHost.start({ heartbeatMs: 50 });
  client = host.client();
});
afterEach(() => host[Symbol.asyncDispose]());

const submit = (over: object = {}) => client.jobCreate({ body: { command: ['true'], ...over } });
const sessionEnds = (runner: FakeRunner) => eventually(() => runner.closed);

describe('a session is refused', () => {
  test.each([
    ['without a token', undefined],
    ['with a made-up token', 'weir_n_nothing'],
  ])('%s', async (_why, token) => {
    const runner = new FakeRunner({ url: host.running.url, node: 'here', token });
    await expect(runner.open()).rejects.toThrow('401');
  });

  test("with a user's token", async () => {
    const runner = new FakeRunner({ url: host.running.url, node: 'here', token: host.token() });
    await expect(runner.open()).rejects.toThrow('401');
  });

  test("with another node's token", async () => {
    const runner = new FakeRunner({ url: host.running.url, node: 'there', token: host.token('run/node-token') });
    await runner.open();
    runner.hello();
    expect(await sessionEnds(runner)).toEqual({ code: 1008, reason: 'this token belongs to node "here", not to "there"' });
    await expect(client.nodeShow({ params: { name: 'there' } })).rejects.toMatchObject({ code: 'node_not_found' });
  });

  test('when it speaks another protocol', async () => {
    const runner = await host.runner();
    await runner.open();
    runner.hello({ version: 99 });
    expect(await sessionEnds(runner)).toMatchObject({ code: 1008, reason: expect.stringContaining('update the older one') as string });
  });
});

test('a refused token is answered as by a host of its store, so that runners can tell it from other hosts and programs on the way', async () => {
  const headers = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'x'.repeat(22) + '==',
  };
  const request = get(host.running.url + SOCKET_PATHS.runner, { headers });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(401);
  expect(readNodeChallenge(answer.headers['www-authenticate'])).toBe(host.running.services.store.id);
});

test('a welcome names the store, which is the same one after a restart', async () => {
  const { id } = host.running.services.store;
  const runner = await host.connectedRunner('away');
  expect(runner.received('welcome')).toMatchObject([{ storeId: id }]);
  await runner.disconnect();
  await host.halt();
  await host.start();
  expect(host.running.services.store.id).toBe(id);
});

describe('a frame outside the contract ends its session, not the host', () => {
  const garbage: [string, string | Uint8Array][] = [
    ['text that is not JSON', '{'],
    ['JSON that is no frame', '{"type":"reboot"}'],
    ['a number', '7'],
    ['bytes too short for a log frame', new Uint8Array([1, 2, 3])],
    ['a report before hello', JSON.stringify({ type: 'heartbeat' })],
    ['a hello with a hostile node name', JSON.stringify({ type: 'hello', version: 1, node: '../x', inventory: INVENTORY, attempts: [] })],
    [
      'an inventory without CPUs',
      JSON.stringify({ type: 'hello', version: 1, node: 'here', inventory: { ...INVENTORY, cpus: 0 }, attempts: [] }),
    ],
    ['more bytes than a frame may have', ' '.repeat(MAX_FRAME_BYTES + 1)],
  ];
  test.each(garbage)('%s', async (_what, data) => {
    const runner = await host.runner();
    await runner.open();
    runner.sendRaw(data);
    expect((await sessionEnds(runner)).code).toBeOneOf([1008, 1009]);
    expect(await client.healthShow()).toMatchObject({ status: 'healthy', nodes_online: 0 });
    await runner.connect();
  });

  test.each([
    ['a second hello', JSON.stringify({ type: 'hello', version: 1, node: 'here', inventory: INVENTORY, attempts: [] })],
    [
      'a time that is none',
      JSON.stringify({
        type: 'report',
        report: { jobId: 1, attempt: 1, kind: 'ended', outcome: { kind: 'exited', code: 0 }, startedAt: 'soon', endedAt: 'later' },
      }),
    ],
    [
      'event lines that end before they begin',
      JSON.stringify({ type: 'events', jobId: 1, attempt: 1, offset: 9, nextOffset: 3, lines: [] }),
    ],
  ])('%s after the welcome', async (_what, data) => {
    const runner = await host.connectedRunner();
    runner.sendRaw(data);
    await sessionEnds(runner);
    await runner.connect();
    expect(await client.healthShow()).toMatchObject({ status: 'healthy', nodes_online: 1 });
  });

  test('an answer to a question that nobody asked is ignored', async () => {
    const runner = await host.connectedRunner();
    runner.send({ type: 'logFailed', requestId: 77, message: 'x' });
    runner.sendRaw(new Uint8Array(25));
    const job = await submit();
    await runner.order(job.job_id);
  });
});

describe('hello', () => {
  test('of a second machine under the name of a connected one is refused, and loses nothing; of the same machine started anew it is not', async () => {
    const runner = await host.connectedRunner();
    const { job_id: id } = await submit();
    runner.reportRunning(await runner.order(id));
    const twin = await host.runner();
    twin.inventory = { ...INVENTORY, bootId: 'another', hostname: 'twin' };
    await twin.open();
    twin.hello();
    expect(await sessionEnds(twin)).toMatchObject({ code: 1008, reason: expect.stringContaining('another machine (machine)') as string });
    expect(runner.closed).toBeUndefined();
    expect((await client.jobShow({ params: { job_id: id } })).state).toBe('running');
    await runner.disconnect();
    const node = host.running.services.store.read.selectFrom('nodes').select('session_host').where('name', '=', 'here');
    await eventually(async () => (await node.executeTakeFirstOrThrow()).session_host === null);
    // What a host that was killed together with the machine leaves in the store.
    const { hostId } = host.config;
    await host.running.services.store.write(({ db }) => db.updateTable('nodes').set({ session_host: hostId }).execute());
    await twin.connect();
  });

  test('tells a node for the first time, and again with what changed', async () => {
    const runner = await host.connectedRunner();
    expect(await client.nodeShow({ params: { name: 'here' } })).toMatchObject({
      state: 'online',
      cpus: 4,
      gpus: [{ index: 0, allocated: false }],
    });
    await runner.disconnect();
    runner.inventory = { ...INVENTORY, cpus: 16 };
    expect(await runner.connect()).toMatchObject({ heartbeatMs: 50, attempts: [] });
    expect(await client.nodeShow({ params: { name: 'here' } })).toMatchObject({ cpus: 16 });
  });

  test('does not welcome an attempt that nobody knows', async () => {
    const runner = await host.runner();
    runner.attempts.set('99.1', { jobId: 99, attempt: 1, kind: 'running', startedAt: NOON, paused: false });
    expect((await runner.connect()).attempts).toEqual([]);
    expect(runner.attempts.size).toBe(0);
  });

  test('loses an attempt that ran and that the runner has forgotten, and queues it again only when it asked to', async () => {
    const runner = await host.connectedRunner();
    const jobs = [await submit(), await submit({ requeue: true })];
    for (const { job_id: id } of jobs) {
      runner.reportRunning(await runner.order(id));
      await host.jobIn(id, 'running');
    }
    await runner.disconnect();
    runner.attempts.clear();
    await runner.connect();
    expect(await host.jobIn(jobs[0]!.job_id, 'lost')).toMatchObject({ attempt: 1, reason: 'its process vanished without a trace' });
    await runner.order(jobs[1]!.job_id, 2);
  });

  test('gives an order again that did not arrive', async () => {
    const runner = await host.connectedRunner();
    const job = await submit();
    await runner.order(job.job_id);
    await runner.disconnect();
    runner.attempts.clear();
    await runner.connect();
    await eventually(() => runner.received('start').length === 2);
    expect(runner.received('start')[1]).toEqual(runner.received('start')[0]);
    expect(await client.jobShow({ params: { job_id: job.job_id } })).toMatchObject({ attempt: 1, state: 'starting' });
  });

  test('gives an order that was committed while there was no session', async () => {
    const runner = await host.connectedRunner();
    await runner.disconnect();
    await eventually(() => host.running.services.sessions.size === 0);
    const job = await submit();
    await host.running.services.store.write(async ({ db }) => {
      await db.updateTable('jobs').set({ state: 'starting', node: 'here', attempt: 1 }).where('id', '=', job.job_id).execute();
      const member = { rank: 0, node: 'here', cpus: 1, cpu_ids: [], numa: null, memory_bytes: 0, gpu_ids: [] };
      await insertAllocations(db, [{ jobId: job.job_id, attempt: 1, members: [member] }]);
    });
    await runner.connect();
    await runner.order(job.job_id);
  });

  test('takes up what started, paused or ended while the host did not hear it', async () => {
    const runner = await host.connectedRunner();
    const [started, ended] = [await submit(), await submit()];
    const orders = [await runner.order(started.job_id), await runner.order(ended.job_id)];
    await runner.disconnect();
    runner.reportRunning(orders[0]!, true);
    runner.reportEnd(orders[1]!);
    const welcome = await runner.connect();
    expect(welcome.attempts.map(({ jobId }) => jobId)).toEqual([started.job_id, ended.job_id]);
    expect(await host.jobIn(started.job_id, 'paused')).toMatchObject({ started_at: NOON });
    runner.reportEnd(orders[1]!);
    await runner.acknowledged(ended.job_id);
    await host.jobIn(ended.job_id, 'completed');
  });
});

test('of two sessions of one node the newer one stays', async () => {
  const older = await host.connectedRunner();
  const newer = new FakeRunner({ url: host.running.url, node: 'here', token: host.token('run/node-token') });
  await newer.connect();
  expect(await sessionEnds(older)).toEqual({ code: 4000, reason: 'replaced by a newer session of the same node' });
  const job = await submit();
  await newer.order(job.job_id);
  expect(older.received('start')).toEqual([]);
  await newer.disconnect();
});

test('a session ends with the token of its node; what the node has may go on under another token', async () => {
  const runner = await host.connectedRunner('away');
  const { tokens } = await client.tokenList();
  await client.tokenRevoke({ params: { id: tokens.find(({ subject }) => subject === 'away')?.id ?? 0 } });
  expect(await sessionEnds(runner)).toEqual({ code: 4000, reason: 'its token is not good any more' });
  expect(runner.received('removed')).toEqual([]);
});

test('a session that closes while its hello is taken leaves no ghost', async () => {
  const runner = await host.runner();
  for (let round = 0; round < 20; round += 1) {
    await runner.open();
    runner.hello();
    await runner.disconnect();
  }
  await host.running.services.store.write(async () => undefined);
  await eventually(() => host.running.services.sessions.size === 0);
  const sessionHosts = host.running.services.store.read.selectFrom('nodes').select('session_host');
  await eventually(async () => (await sessionHosts.execute()).every((node) => node.session_host === null));
  expect(await submit()).toMatchObject({ reason: 'no node is online' });
});

test("a runner cannot report another node's attempt", async () => {
  const here = await host.connectedRunner();
  const job = await submit();
  const order = await here.order(job.job_id);
  const there = await host.connectedRunner('there');
  there.reportEnd(order, { kind: 'exited', code: 0 });
  await there.acknowledged(job.job_id);
  expect(await client.jobShow({ params: { job_id: job.job_id } })).toMatchObject({ state: 'starting', node: 'here' });
});
