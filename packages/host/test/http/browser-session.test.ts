import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readStored } from '../store/stored-text.ts';
import { TestHost } from '../test-host.ts';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host[Symbol.asyncDispose]());

const newTicket = async () => (await host.client().ticketCreate()).ticket;
const open = (ticket: string, to?: string) =>
  host.inject({ url: '/open', token: null, query: { ticket, ...(to === undefined ? {} : { to }) } });

async function openSession(): Promise<string> {
  const answer = await open(await newTicket());
  return String(answer.headers['set-cookie']).split(';')[0]!;
}

describe('a ticket', () => {
  test('opens a session for the browser and leads on to the page', async () => {
    const answer = await open(await newTicket(), '/workflows/1?a=b');
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('/workflows/1?a=b');
    expect(answer.headers['set-cookie']).toMatch(/^weir_session=weir_u_[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
  });

  test('works once', async () => {
    const ticket = await newTicket();
    await open(ticket);
    const again = await open(ticket);
    expect(again.statusCode).toBe(401);
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  test('works for some minutes', async () => {
    const { ticket, expires_at: expiresAt } = await host.client().ticketCreate();
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(600_000);
    await host.running.services.store.write(({ db }) =>
      db
        .updateTable('tokens')
        .set({ expires_at: Date.now() - 1 })
        .where('kind', '=', 'ticket')
        .execute(),
    );
    expect((await open(ticket)).statusCode).toBe(401);
  });

  test('is no token, and a token is no ticket', async () => {
    expect((await host.inject({ url: '/api/me', token: await newTicket() })).statusCode).toBe(401);
    expect((await open(host.token())).statusCode).toBe(401);
  });

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/a\r\nx: y', 'javascript:alert(1)', '', '/\t/evil.example'])(
    'does not lead to %j',
    async (to) => {
      const ticket = await newTicket();
      const answer = await open(ticket, to);
      expect(answer.statusCode).toBe(422);
      expect(answer.headers.location).toBeUndefined();
      expect((await open(ticket)).statusCode).toBe(303);
    },
  );
});

describe('a browser session', () => {
  const ask = (headers: Record<string, string>) => host.inject({ url: '/api/me', token: null, headers });

  test('vouches for our own pages', async () => {
    const cookie = await openSession();
    const own = { cookie, host: 'weir:7766' };
    expect((await ask({ ...own })).json()).toEqual({ user: 'root', role: 'admin' });
    expect((await ask({ ...own, origin: 'http://weir:7766', 'sec-fetch-site': 'same-origin' })).statusCode).toBe(200);
    expect((await ask({ ...own, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).statusCode).toBe(200);
  });

  test.each<Record<string, string>>([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'not a url' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('does not vouch for another page: %j', async (headers) => {
    const answer = await ask({ cookie: await openSession(), host: 'weir:7766', ...headers });
    expect(answer.statusCode).toBe(403);
  });

  test('ends', async () => {
    const cookie = await openSession();
    await host.running.services.store.write(({ db }) =>
      db
        .updateTable('tokens')
        .set({ expires_at: Date.now() - 1 })
        .where('expires_at', 'is not', null)
        .execute(),
    );
    expect((await ask({ cookie })).statusCode).toBe(401);
  });
});

test('the secrets of a run are in private files and nowhere else', async () => {
  const secrets = [host.token(), host.token('run/node-token')];
  const bodies: string[] = [];
  for (const url of ['/api/me', '/api/nodes', '/api/events', '/api/health', '/api/nothing', '/api/jobs/x'])
    bodies.push((await host.inject({ url })).body);
  const ticket = await newTicket();
  const cookie = String((await open(ticket)).headers['set-cookie']);
  secrets.push(ticket, cookie.slice(cookie.indexOf('=') + 1, cookie.indexOf(';')));
  await open(ticket);
  const runner = await host.connectedRunner();
  runner.sendRaw('garbage');
  for (const file of ['credential', 'run/node-token']) expect(statSync(join(host.home, file)).mode & 0o777).toBe(0o600);
  const stored = await readStored(host);
  const places = [...bodies, ...host.logLines, ...stored];
  expect(secrets.filter((secret) => secret.length < 40 || places.some((place) => place.includes(secret)))).toEqual([]);
});
