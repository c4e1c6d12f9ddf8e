import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestHost } from '../test-host.ts';

let host: TestHost;
beforeAll(async () => {
  host = await TestHost.start();
});
afterAll(() => host[Symbol.asyncDispose]());

const tokenOf = async (user: string) => (await host.client().tokenCreate({ body: { kind: 'user', user } })).secret;

describe('a user', () => {
  test('is added with the account of the own name, and is there with all that was said', async () => {
    const client = host.client();
    await client.accountCreate({ body: { name: 'lab' } });
    const limits = { running_jobs: 5, cpus: null };
    const created = await client.userCreate({ body: { name: 'ann', default_account: 'lab', limits } });
    expect(created).toMatchObject({ name: 'ann', role: 'user', default_account: 'lab', accounts: ['lab'], limits });
    expect(await client.userShow({ params: { name: 'ann' } })).toEqual(created);
    expect((await client.userList()).users).toContainEqual(created);
    expect(await client.accountShow({ params: { name: 'ann' } })).toMatchObject({ shares: 1, members: [] });
  });

  test('is changed in what is named and in nothing else', async () => {
    const client = host.client();
    const before = await client.userCreate({ body: { name: 'ben', limits: { gpus: 1 } } });
    expect(await client.userUpdate({ params: { name: 'ben' }, body: { role: 'admin' } })).toEqual({ ...before, role: 'admin' });
    expect(await client.userUpdate({ params: { name: 'ben' }, body: {} })).toEqual({ ...before, role: 'admin' });
    expect(await client.userUpdate({ params: { name: 'ben' }, body: { role: 'user' } })).toEqual(before);
  });

  test('is refused when the name is taken or means something else, or the account is not there', async () => {
    const client = host.client();
    await client.userCreate({ body: { name: 'cid' } });
    await expect(client.userCreate({ body: { name: 'cid' } })).rejects.toMatchObject({ code: 'already_exists' });
    await expect(client.userCreate({ body: { name: 'default' } })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(client.userCreate({ body: { name: 'dan', default_account: 'none' } })).rejects.toMatchObject({
      code: 'account_not_found',
    });
    await expect(client.userShow({ params: { name: 'dan' } })).rejects.toMatchObject({ code: 'user_not_found' });
    await expect(client.userUpdate({ params: { name: 'dan' }, body: {} })).rejects.toMatchObject({ code: 'user_not_found' });
    await expect(client.userRemove({ params: { name: 'dan' } })).rejects.toMatchObject({ code: 'user_not_found' });
  });

  test('who becomes an admin, or none, is one at the next request', async () => {
    await host.client().userCreate({ body: { name: 'eve' } });
    const eve = host.client(await tokenOf('eve'));
    await expect(eve.userList()).rejects.toMatchObject({ code: 'forbidden' });
    await host.client().userUpdate({ params: { name: 'eve' }, body: { role: 'admin' } });
    expect((await eve.userList()).users.length).toBeGreaterThan(1);
    await host.client().userUpdate({ params: { name: 'eve' }, body: { role: 'user' } });
    await expect(eve.userList()).rejects.toMatchObject({ code: 'forbidden' });
  });
});

test('the join tokens of whoever is no admin any more are useless', async () => {
  await host.client().userCreate({ body: { name: 'ian', role: 'admin' } });
  const { secret } = await host.client(await tokenOf('ian')).tokenCreate({ body: { kind: 'join', uses: null } });
  const join = (name: string) => host.inject({ method: 'POST', url: '/api/nodes/join', token: null, payload: { name, token: secret } });
  expect((await join('n1')).statusCode).toBe(201);
  await host.client().userUpdate({ params: { name: 'ian' }, body: { role: 'user' } });
  expect((await join('n2')).statusCode).toBe(401);
});

describe('the last admin', () => {
  test('can neither be removed nor become a user', async () => {
    const client = host.client();
    await expect(client.userRemove({ params: { name: 'root' } })).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(client.userUpdate({ params: { name: 'root' }, body: { role: 'user' } })).rejects.toMatchObject({ code: 'state_conflict' });
    expect(await client.meShow()).toEqual({ user: 'root', role: 'admin' });
  });

  test('can once there is another one', async () => {
    await using own = await TestHost.start();
    await own.client().userCreate({ body: { name: 'next', role: 'admin' } });
    const { secret } = await own.client().tokenCreate({ body: { kind: 'user', user: 'next' } });
    await own.client().userRemove({ params: { name: 'root' } });
    await expect(own.client().meShow()).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(own.client(secret).userRemove({ params: { name: 'next' } })).rejects.toMatchObject({ code: 'state_conflict' });
  });
});

describe('a user who is removed', () => {
  test('is shut out at once, by token, browser session and ticket, and is in no account', async () => {
    const client = host.client();
    await client.userCreate({ body: { name: 'fay' } });
    await client.accountCreate({ body: { name: 'team', members: ['fay'] } });
    const secret = await tokenOf('fay');
    const fay = host.client(secret);
    const { ticket } = await fay.ticketCreate();
    const used = await fay.ticketCreate();
    const opened = await host.inject({ url: `/open?ticket=${used.ticket}`, token: null });
    const cookie = String(opened.headers['set-cookie']).split(';')[0] ?? '';
    expect((await host.inject({ url: '/api/me', token: null, headers: { cookie } })).json()).toMatchObject({ user: 'fay' });
    expect(await fay.meShow()).toMatchObject({ user: 'fay' });
    await client.userRemove({ params: { name: 'fay' } });
    await expect(fay.meShow()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect((await host.inject({ url: '/api/me', token: null, headers: { cookie } })).statusCode).toBe(401);
    expect((await host.inject({ url: `/open?ticket=${ticket}`, token: null })).statusCode).toBe(401);
    expect(await client.accountShow({ params: { name: 'team' } })).toMatchObject({ members: [] });
  });

  test('leaves no job behind, and a namesake gets nothing of theirs', async () => {
    const client = host.client();
    await client.userCreate({ body: { name: 'gus' } });
    const old = await tokenOf('gus');
    const gus = host.client(old);
    const jobs = await Promise.all([1, 2, 3].map(() => gus.jobCreate({ body: { command: ['true'] } })));
    await client.userRemove({ params: { name: 'gus' } });
    for (const { job_id } of jobs) expect((await client.jobShow({ params: { job_id } })).state).toBe('cancelled');
    await client.userCreate({ body: { name: 'gus' } });
    await expect(gus.meShow()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect((await client.tokenList()).tokens.filter((token) => token.subject === 'gus')).toEqual([]);
  });
});

test('what was done to users is in the audit log', async () => {
  const client = host.client();
  await client.userCreate({ body: { name: 'hal', limits: { cpus: 4 } } });
  await client.userRemove({ params: { name: 'hal' } });
  const { entries } = await client.auditList({ query: { subject: 'user:hal' } });
  expect(entries.map(({ actor, action }) => [actor, action])).toEqual([
    ['root', 'user.remove'],
    ['root', 'user.lock'],
    ['root', 'user.create'],
  ]);
  expect(entries.at(-1)?.detail).toMatchObject({ limits: { cpus: 4 } });
});
