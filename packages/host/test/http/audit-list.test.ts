import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestHost } from '../test-host.ts';

let host: TestHost;
beforeAll(async () => {
  host = await TestHost.start();
  for (const name of ['ann', 'ben', 'cid']) await host.client().userCreate({ body: { name } });
});
afterAll(() => host[Symbol.asyncDispose]());

test('the audit log is read page by page, newest first', async () => {
  const client = host.client();
  const whole = await client.auditList();
  expect(whole.next_before).toBeNull();
  const ids = whole.entries.map(({ id }) => id);
  expect(ids).toEqual([...ids].sort((a, b) => b - a));
  const first = await client.auditList({ query: { limit: 2 } });
  const second = await client.auditList({ query: { limit: 2, before: first.next_before ?? 0 } });
  expect([...first.entries, ...second.entries]).toEqual(whole.entries.slice(0, 4));
});

test('the audit log can be asked for one actor and one subject', async () => {
  const client = host.client();
  const { entries } = await client.auditList({ query: { subject: 'user:ben' } });
  expect(entries).toMatchObject([{ actor: 'root', action: 'user.create', subject: 'user:ben', detail: { role: 'user' } }]);
  expect((await client.auditList({ query: { actor: 'host' } })).entries.every(({ actor }) => actor === 'host')).toBe(true);
  expect((await client.auditList({ query: { actor: 'nobody' } })).entries).toEqual([]);
});
