import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '@weir/contract';
import { loadLimits, loadShares } from '../../src/accounts/limit-tables.ts';
import { resolveAccount } from '../../src/accounts/resolve-account.ts';
import { TestHost } from '../test-host.ts';

let host: TestHost;
let admin: Client;
let ann: Client;
beforeAll(async () => {
  host = await TestHost.start();
  admin = host.client();
  ann = host.client(await host.addUser('ann'));
  await host.addUser('ben');
});
afterAll(() => host[Symbol.asyncDispose]());

const read = () => host.running.services.store.read;
const addUsage = (rows: readonly { account: string; user: string; usage: number; as_of: number }[]) =>
  host.running.services.store.write(({ db }) => db.insertInto('usage').values(rows).execute());

describe('an account', () => {
  test('is added, changed and removed by admins', async () => {
    const created = await admin.accountCreate({ body: { name: 'lab', shares: 10, members: ['ann'], limits: { cpus: 64 } } });
    expect(created).toMatchObject({ name: 'lab', shares: 10, members: ['ann'], limits: { cpus: 64 }, usage: 0 });
    expect(await admin.accountShow({ params: { name: 'lab' } })).toEqual(created);
    const changed = await admin.accountUpdate({ params: { name: 'lab' }, body: { members: ['ben', 'ann'] } });
    expect(changed).toEqual({ ...created, members: ['ann', 'ben'] });
    expect(await admin.accountUpdate({ params: { name: 'lab' }, body: { shares: 2, limits: {} } })).toEqual({
      ...changed,
      shares: 2,
      limits: {},
    });
    await admin.accountRemove({ params: { name: 'lab' } });
    await expect(admin.accountShow({ params: { name: 'lab' } })).rejects.toMatchObject({ code: 'account_not_found' });
  });

  test('is refused when its name is taken or a member is nobody, and nothing of it is left', async () => {
    await expect(admin.accountCreate({ body: { name: 'default' } })).rejects.toMatchObject({ code: 'already_exists' });
    await expect(admin.accountCreate({ body: { name: 'ann' } })).rejects.toMatchObject({ code: 'already_exists' });
    await expect(admin.accountCreate({ body: { name: 'ghosts', members: ['ann', 'casper'] } })).rejects.toMatchObject({
      code: 'user_not_found',
      detail: { value: 'casper' },
    });
    await expect(admin.accountShow({ params: { name: 'ghosts' } })).rejects.toMatchObject({ code: 'account_not_found' });
    await expect(admin.accountUpdate({ params: { name: 'ghosts' }, body: {} })).rejects.toMatchObject({ code: 'account_not_found' });
  });

  test('is seen by those who may charge it', async () => {
    await admin.accountCreate({ body: { name: 'ours', members: ['ann'] } });
    await admin.accountCreate({ body: { name: 'theirs', members: ['ben'] } });
    expect((await ann.accountList()).accounts.map(({ name }) => name)).toEqual(['ann', 'default', 'ours']);
    await expect(ann.accountShow({ params: { name: 'theirs' } })).rejects.toMatchObject({ code: 'account_not_found' });
    expect((await ann.accountShow({ params: { name: 'ours' } })).members).toEqual(['ann']);
    expect((await admin.accountList()).accounts.map(({ name }) => name)).toEqual(expect.arrayContaining(['ben', 'root', 'theirs']));
  });

  test('stays while jobs are charged to it, or somebody is called like it', async () => {
    await admin.accountCreate({ body: { name: 'busy', members: ['ann'] } });
    const { job_id } = await ann.jobCreate({ body: { command: ['true'], account: 'busy' } });
    await expect(admin.accountRemove({ params: { name: 'busy' } })).rejects.toMatchObject({ code: 'state_conflict' });
    await ann.jobCancel({ params: { job_id } });
    await admin.accountRemove({ params: { name: 'busy' } });
    await expect(admin.accountRemove({ params: { name: 'ann' } })).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(admin.accountRemove({ params: { name: 'default' } })).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(admin.accountRemove({ params: { name: 'nothing' } })).rejects.toMatchObject({ code: 'account_not_found' });
  });
});

describe('who may charge what', () => {
  const asAnn = { user: 'ann', role: 'user' } as const;

  test('is the own name, default, and the accounts of which one is a member', async () => {
    await admin.accountCreate({ body: { name: 'mine', members: ['ann'] } });
    await admin.accountCreate({ body: { name: 'other' } });
    expect(await resolveAccount(read(), asAnn)).toBe('default');
    for (const name of ['ann', 'default', 'mine']) expect(await resolveAccount(read(), asAnn, name)).toBe(name);
    await expect(resolveAccount(read(), asAnn, 'other')).rejects.toMatchObject({ code: 'forbidden', detail: { value: 'other' } });
    await expect(resolveAccount(read(), asAnn, 'ben')).rejects.toMatchObject({ code: 'forbidden' });
    expect(await resolveAccount(read(), { user: 'root', role: 'admin' }, 'anything new')).toBe('anything new');
  });

  test('is the default account while its user is a member of it', async () => {
    await admin.accountCreate({ body: { name: 'home' } });
    await admin.userUpdate({ params: { name: 'ben' }, body: { default_account: 'home' } });
    expect((await admin.accountShow({ params: { name: 'home' } })).members).toEqual(['ben']);
    expect(await resolveAccount(read(), { user: 'ben', role: 'user' })).toBe('home');
    await admin.accountUpdate({ params: { name: 'home' }, body: { members: [] } });
    expect(await resolveAccount(read(), { user: 'ben', role: 'user' })).toBe('default');
  });

  test('is nothing for a user who was removed', async () => {
    await expect(resolveAccount(read(), { user: 'gone', role: 'user' })).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('what the scheduler gets', () => {
  test('are the limits of users and accounts that have some', async () => {
    await admin.accountCreate({ body: { name: 'small', limits: { gpus: 1 } } });
    await admin.userUpdate({ params: { name: 'ann' }, body: { limits: { running_jobs: 2 } } });
    const { users, accounts } = await loadLimits(read());
    expect(Object.fromEntries(users)).toEqual({ ann: { running_jobs: 2 } });
    expect(Object.fromEntries(accounts)).toEqual({ small: { gpus: 1 } });
  });

  test('are shares, and usage as of one moment', async () => {
    await using own = await TestHost.start();
    const store = own.running.services.store;
    expect((await loadShares(store.read, 1_000)).usage.size).toBe(0);
    await store.write(({ db }) =>
      db
        .insertInto('usage')
        .values([
          { account: 'lab', user: 'ann', usage: 100, as_of: 10_000 },
          { account: 'lab', user: 'ben', usage: 100, as_of: 8_000 },
        ])
        .execute(),
    );
    await own.client().accountCreate({ body: { name: 'lab', shares: 7 } });
    const shares = await loadShares(store.read, 1_000);
    expect(shares.asOf).toBe(10_000);
    expect(Object.fromEntries(shares.usage)).toEqual({ 'lab\u0000ann': 100, 'lab\u0000ben': 25 });
    expect(shares.shares.get('lab')).toBe(7);
  });

  test('is announced with every change', async () => {
    const { last_seq: after } = await admin.eventList();
    await admin.accountCreate({ body: { name: 'news' } });
    await admin.accountUpdate({ params: { name: 'news' }, body: { shares: 2 } });
    await admin.accountRemove({ params: { name: 'news' } });
    const { events } = await admin.eventList({ query: { after } });
    expect(events.map(({ type, data }) => [type, data['of']])).toEqual(Array(3).fill(['policy.changed', 'accounts']));
    expect((await ann.eventList({ query: { after } })).events).toEqual([]);
  });
});

test('usage is shown as it is now, with what is left of the share', async () => {
  await admin.accountCreate({ body: { name: 'used', shares: 1 } });
  await admin.accountCreate({ body: { name: 'idle', shares: 1 } });
  const halfLifeMs = host.config.policy.usageHalfLifeMs;
  await addUsage([{ account: 'used', user: 'ann', usage: 4_000, as_of: Date.now() - halfLifeMs }]);
  const used = await admin.accountShow({ params: { name: 'used' } });
  expect(used.usage).toBeGreaterThan(1_990);
  expect(used.usage).toBeLessThanOrEqual(2_000);
  expect(used.fair_share).toBeLessThan(0.5);
  expect((await admin.accountShow({ params: { name: 'idle' } })).fair_share).toBe(1);
});
