import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client } from '@weir/contract';
import { eventually } from '../eventually.ts';
import { FakeRunner } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';

let host: TestHost;
let admin: Client;
let runners: FakeRunner[] = [];
beforeEach(async () => {
  host = await TestHost.start();
  admin = host.client();
});
afterEach(async () => {
  for (const runner of runners) await runner.disconnect();
  runners = [];
  await host[Symbol.asyncDispose]();
});

const joinToken = async (uses?: number | null) =>
  (await admin.tokenCreate({ body: { kind: 'join', ...(uses === undefined ? {} : { uses }) } })).secret;
const join = (body: object, address = '10.0.0.1') =>
  host.inject({ method: 'POST', url: '/api/nodes/join', token: null, remoteAddress: address, payload: body });
const connect = async (node: string, token: string) => {
  const runner = new FakeRunner({ url: host.running.url, node, token });
  runners.push(runner);
  await runner.connect();
  return runner;
};

describe('a machine with a join token', () => {
  test('gets the token of its node, and connects with it', async () => {
    const answer = await join({ name: 'gpu1', token: await joinToken(), labels: { zone: 'a' } });
    expect(answer.statusCode).toBe(201);
    const { node, secret } = answer.json<{ node: string; secret: string }>();
    expect(node).toBe('gpu1');
    await connect('gpu1', secret);
    expect(await admin.nodeShow({ params: { name: 'gpu1' } })).toMatchObject({ state: 'online', labels: { zone: 'a' }, drained: false });
    expect(host.logLines.filter((line) => line.includes(secret))).toEqual([]);
  });

  test('can join once with a token for one, and as often as it says with another', async () => {
    const once = await joinToken();
    expect((await join({ name: 'a1', token: once })).statusCode).toBe(201);
    expect((await join({ name: 'a2', token: once })).statusCode).toBe(401);
    const twice = await joinToken(2);
    const statuses = [];
    for (const name of ['b1', 'b2', 'b3']) statuses.push((await join({ name, token: twice })).statusCode);
    expect(statuses).toEqual([201, 201, 401]);
    const always = await joinToken(null);
    for (const name of ['c1', 'c2', 'c3']) expect((await join({ name, token: always })).statusCode).toBe(201);
    const { tokens } = await admin.tokenList();
    expect(tokens.filter(({ kind }) => kind === 'join').map(({ uses_left: uses }) => uses)).toEqual([null]);
  });

  test('shares a single use with nobody, however many ask at once', async () => {
    const once = await joinToken();
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => join({ name: `n${index}`, token: once })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, ...Array<number>(7).fill(401)]);
  });

  test('cannot take the name of another one, and keeps its token for the next try', async () => {
    await join({ name: 'gpu1', token: await joinToken() });
    const token = await joinToken();
    const refused = await join({ name: 'gpu1', token });
    expect(refused.statusCode).toBe(409);
    expect(refused.json()).toMatchObject({ error: { code: 'already_exists', value: 'gpu1' } });
    expect(refused.json<{ detail: string }>().detail).toContain('weir node remove gpu1');
    expect((await join({ name: 'gpu2', token })).statusCode).toBe(201);
  });

  test('can take the name of a node that was removed', async () => {
    const first = (await join({ name: 'gpu1', token: await joinToken(), labels: { old: '' } })).json<{ secret: string }>();
    await connect('gpu1', first.secret);
    await admin.nodeRemove({ params: { name: 'gpu1' } });
    const second = (await join({ name: 'gpu1', token: await joinToken() })).json<{ secret: string }>();
    await connect('gpu1', second.secret);
    expect((await admin.nodeShow({ params: { name: 'gpu1' } })).labels).toEqual({});
    await expect(connect('gpu1', first.secret)).rejects.toThrow('401');
  });

  test('is noted with the token that it used', async () => {
    await join({ name: 'gpu1', token: await joinToken() });
    const { entries } = await admin.auditList({ query: { subject: 'node:gpu1' } });
    expect(entries).toMatchObject([{ actor: 'root', action: 'node.join', detail: { address: '10.0.0.1' } }]);
  });
});

describe('a wrong join token', () => {
  test.each([
    ['made up', () => Promise.resolve('weir_j_nothing')],
    ['of a user', () => Promise.resolve(host.token())],
    ['of a node', () => Promise.resolve(host.token('run/node-token'))],
    [
      'that is too old',
      async () => {
        const secret = await joinToken();
        await host.running.services.store.write(({ db }) =>
          db
            .updateTable('tokens')
            .set({ expires_at: Date.now() - 1 })
            .where('kind', '=', 'join')
            .execute(),
        );
        return secret;
      },
    ],
  ])('%s is refused', async (_what, make) => {
    const answer = await join({ name: 'gpu1', token: await make() });
    expect(answer.statusCode).toBe(401);
    expect((await admin.tokenList()).tokens.filter(({ subject }) => subject === 'gpu1')).toEqual([]);
  });

  test('can be tried ten times a minute from one address', async () => {
    for (let count = 0; count < 10; count += 1) expect((await join({ name: 'x', token: 'wrong' })).statusCode).toBe(401);
    const token = await joinToken();
    const refused = await join({ name: 'x', token });
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toMatchObject({ error: { code: 'too_many_requests' } });
    const { message } = refused.json<{ error: { message: string } }>().error;
    const seconds = Number(refused.headers['retry-after']);
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(message).toContain(`try again in ${seconds} seconds`);
    expect((await join({ name: 'x', token }, '10.0.0.2')).statusCode).toBe(201);
  });
});

describe('the token of a node', () => {
  test('ends its session when it is revoked, and its name is free', async () => {
    const { secret } = (await join({ name: 'gpu1', token: await joinToken() })).json<{ secret: string }>();
    const runner = await connect('gpu1', secret);
    const token = (await admin.tokenList()).tokens.find(({ subject }) => subject === 'gpu1');
    await admin.tokenRevoke({ params: { id: token?.id ?? 0 } });
    await eventually(() => runner.closed);
    await expect(runner.open()).rejects.toThrow('401');
    expect((await join({ name: 'gpu1', token: await joinToken() })).statusCode).toBe(201);
  });

  test('speaks for no other node', async () => {
    const { secret } = (await join({ name: 'gpu1', token: await joinToken() })).json<{ secret: string }>();
    const runner = new FakeRunner({ url: host.running.url, node: 'here', token: secret });
    runners.push(runner);
    await runner.open();
    runner.hello();
    expect((await eventually(() => runner.closed)).reason).toContain('belongs to node "gpu1"');
  });
});
