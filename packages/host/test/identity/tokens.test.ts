import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStored } from '../store/stored-text.ts';
import { TestHost } from '../test-host.ts';

let host: TestHost;
let ann = '';
beforeAll(async () => {
  host = await TestHost.start();
  ann = await host.addUser('ann');
});
afterAll(() => host[Symbol.asyncDispose]());

const expire = (id: number) =>
  host.running.services.store.write(({ db }) =>
    db
      .updateTable('tokens')
      .set({ expires_at: Date.now() - 1 })
      .where('id', '=', id)
      .execute(),
  );

describe('a token', () => {
  test('acts as its user, says what it is, and its secret is shown once', async () => {
    const { token, secret } = await host.client(ann).tokenCreate({ body: { kind: 'user', label: 'laptop' } });
    expect(token).toMatchObject({ kind: 'user', subject: 'ann', label: 'laptop', expires_at: null, uses_left: null });
    expect(await host.client(secret).meShow()).toEqual({ user: 'ann', role: 'user' });
    expect(JSON.stringify(await host.client().tokenList())).not.toContain(secret);
    const stored = await readStored(host);
    expect([...host.logLines, ...stored].filter((place) => place.includes(secret))).toEqual([]);
  });

  test('is listed to its user and to admins', async () => {
    const own = await host.client(ann).tokenList();
    expect(own.tokens.every((token) => token.subject === 'ann' && token.kind === 'user')).toBe(true);
    const all = await host.client().tokenList();
    expect(new Set(all.tokens.map((token) => token.subject))).toEqual(new Set(['ann', 'root', 'here']));
    await host.client(ann).ticketCreate();
    expect((await host.client().tokenList()).tokens.length).toBe(all.tokens.length);
  });

  test('is good until it expires', async () => {
    const { token, secret } = await host.client(ann).tokenCreate({ body: { kind: 'user', expires_in_ms: 3_600_000 } });
    expect(Date.parse(token.expires_at ?? '') - Date.parse(token.created_at)).toBeCloseTo(3_600_000, -3);
    await expire(token.id);
    await expect(host.client(secret).meShow()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect((await host.client(ann).tokenList()).tokens.map(({ id }) => id)).not.toContain(token.id);
  });

  test('is useless at once when it is revoked, also while it is in use', async () => {
    const { token, secret } = await host.client(ann).tokenCreate({ body: { kind: 'user' } });
    const client = host.client(secret);
    const busy = Array.from({ length: 20 }, () => client.meShow());
    await Promise.all(busy);
    await host.client(ann).tokenRevoke({ params: { id: token.id } });
    await expect(client.meShow()).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(host.client(ann).tokenRevoke({ params: { id: token.id } })).rejects.toMatchObject({ code: 'token_not_found' });
  });

  test("of somebody else cannot be revoked, and an admin's is not even there", async () => {
    const { tokens } = await host.client().tokenList();
    for (const token of tokens.filter(({ subject }) => subject !== 'ann'))
      await expect(host.client(ann).tokenRevoke({ params: { id: token.id } })).rejects.toMatchObject({ code: 'token_not_found' });
    expect((await host.client().tokenList()).tokens).toHaveLength(tokens.length);
  });

  test('of a user is revoked by an admin', async () => {
    const { token, secret } = await host.client(ann).tokenCreate({ body: { kind: 'user' } });
    await host.client().tokenRevoke({ params: { id: token.id } });
    await expect(host.client(secret).meShow()).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('tells when it was used, to the minute', async () => {
    const { token, secret } = await host.client(ann).tokenCreate({ body: { kind: 'user' } });
    expect(token.last_used_at).toBeNull();
    await host.client(secret).meShow();
    await host.running.services.identity.noteUse();
    const shown = (await host.client(ann).tokenList()).tokens.find(({ id }) => id === token.id);
    expect(Date.parse(shown?.last_used_at ?? '')).toBeGreaterThanOrEqual(Date.parse(token.created_at));
  });
});

describe('a token is refused', () => {
  test.each([
    [{ kind: 'join' }, 'forbidden'],
    [{ kind: 'user', user: 'root' }, 'forbidden'],
    [{ kind: 'user', uses: 3 }, 'invalid_input'],
  ] as const)('to a user who asks for %j', async (body, code) => {
    await expect(host.client(ann).tokenCreate({ body })).rejects.toMatchObject({ code });
  });

  test.each([
    [{ kind: 'user', user: 'nobody' }, 'user_not_found'],
    [{ kind: 'join', user: 'ann' }, 'invalid_input'],
  ] as const)('to an admin who asks for %j', async (body, code) => {
    await expect(host.client().tokenCreate({ body })).rejects.toMatchObject({ code });
  });
});

test('wrong tokens are refused alike, and an address that sends very many is told to wait while users there go on', async () => {
  await using own = await TestHost.start();
  const good = own.token();
  expect((await own.inject({ url: '/api/me' })).statusCode).toBe(200);
  const statuses = new Set<number>();
  for (let count = 0; count < 1_001; count += 1) {
    const answer = await own.inject({ url: '/api/me', token: `weir_u_${String(count).padStart(43, 'x')}` });
    statuses.add(answer.statusCode);
    if (answer.statusCode === 429) expect(answer.json()).toMatchObject({ error: { code: 'too_many_requests' } });
  }
  expect(statuses).toEqual(new Set([401, 429]));
  await own.running.services.store.write(({ emit }) => emit({ type: 'policy.changed', owner: 'host' }));
  expect((await own.inject({ url: '/api/me', token: good })).statusCode).toBe(200);
  expect((await own.inject({ url: '/api/me', token: null })).statusCode).toBe(401);
  // Whoever runs a program on a machine can send wrong tokens from its address: that must lock out neither its runner nor its users.
  const { secret: token } = await own.client().tokenCreate({ body: { kind: 'user' } });
  expect((await own.inject({ url: '/api/me', token })).statusCode).toBe(200);
  await (await own.runner('here')).connect();
});
