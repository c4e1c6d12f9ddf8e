import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockHome } from '../../src/host-lock.ts';
import { findAnswer, insertAnswer } from '../../src/idempotency/answer-store.ts';
import { Store } from '../../src/store/store.ts';
import { moveStore } from '../../src/store/transfer/move-store.ts';
import { sumTable } from '../../src/store/transfer/table-copy.ts';
import { MOVED_TABLES } from '../../src/store/transfer/table-order.ts';
import { postgresOfFile } from '../servers/file-servers.ts';

let folder = '';
let from = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-move-'));
  from = join(folder, 'weir.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const progress: [string, number][] = [];
const move = (to: string) => moveStore({ from, to, onProgress: (...step) => progress.push(step) });

/** More rows than a page has, references, every odd text, and numbers that were used and are gone; the store's id. */
async function grow(): Promise<string> {
  const store = await Store.open(from);
  for (const name of ['ann', "o'neil", 'ü \u{1F600}', 'nul\u0000'])
    await store.write(({ db }) =>
      db
        .insertInto('users')
        .values({ name, role: 'user', created_at: 2 ** 45 })
        .execute(),
    );
  await store.write(async ({ db }) => {
    await db.insertInto('accounts').values({ name: 'lab', shares: 3, limits: '{}', created_at: 1 }).execute();
    await db.insertInto('account_members').values({ account: 'lab', user: 'ann' }).execute();
    await db
      .insertInto('usage')
      .values({ account: 'lab', user: 'ann', usage: 0.1 + 0.2, as_of: 5 })
      .execute();
    for (const key of Array.from({ length: 21 }, (_, index) => `k "${index}"`))
      await insertAnswer(db, { user: 'ann', key, fingerprint: 'f' }, { job_id: 1, name: 'nul\u0000' });
  });
  await Promise.all(
    Array.from({ length: 1_203 }, (_, index) =>
      store.write(async ({ emit, audit }) => {
        await emit({ type: 'node.online', node: `n${index}`, data: { index } });
        await audit({ actor: 'ann', action: 'test', subject: String(index), detail: { text: 'x\u0000' } });
      }),
    ),
  );
  await store.write(({ db }) => db.deleteFrom('events').where('seq', '>', 1_200).execute());
  await store.close();
  return store.id;
}

test('a grown store arrives whole in PostgreSQL, and goes on counting where it was', async () => {
  const id = await grow();
  const to = await (await postgresOfFile()).newEmptyDatabase();
  const moved = await move(to);
  const rows = Object.fromEntries(moved.map((table) => [table.table, table.rows]));
  expect(rows).toMatchObject({
    store_identity: 1,
    users: 4,
    accounts: 1,
    account_members: 1,
    usage: 1,
    idempotency_keys: 21,
    events: 1_200,
    audit_log: 1_203,
  });
  expect(progress).toContainEqual(['events', 1_200]);
  const store = await Store.open(to);
  for (const [place, table] of MOVED_TABLES.entries()) expect(await sumTable(store.read, table)).toEqual(moved[place]);
  expect(store.id).toBe(id);
  expect(await store.read.selectFrom('usage').select('usage').executeTakeFirst()).toEqual({ usage: 0.1 + 0.2 });
  const repeated = { user: 'ann', key: 'k "20"', fingerprint: 'f' };
  expect(await findAnswer(store.read, repeated)).toEqual({ job_id: 1, name: 'nul\u0000' });
  expect((await store.read.selectFrom('users').select('name').execute()).map(({ name }) => name)).toContain('nul\uFFFD');
  const seqs: number[] = [];
  store.onEvents((committed) => seqs.push(...committed.map(({ event }) => event.seq)));
  await store.write(({ emit }) => emit({ type: 'node.online', node: 'after' }));
  await store.catchUp();
  expect(seqs).toEqual([1_204]);
  await store.close();
});

test('the old file is kept, and no host starts on it', async () => {
  await grow();
  await move(await (await postgresOfFile()).newEmptyDatabase());
  expect(existsSync(from)).toBe(true);
  await expect(Store.open(from)).rejects.toMatchObject({ code: 'state_conflict' });
  await expect(move(await (await postgresOfFile()).newEmptyDatabase())).rejects.toMatchObject({ code: 'state_conflict' });
});

test('nothing is moved while a host runs, into a database that has something, or from nowhere', async () => {
  const to = await (await postgresOfFile()).newEmptyDatabase();
  await expect(move(to)).rejects.toMatchObject({ code: 'not_found' });
  await grow();
  const unlock = lockHome(folder);
  await expect(move(to)).rejects.toMatchObject({ code: 'state_conflict' });
  unlock();
  const other = await Store.open(to);
  await other.write(({ db }) => db.insertInto('users').values({ name: 'x', role: 'user', created_at: 0 }).execute());
  await other.close();
  await expect(move(to)).rejects.toThrow('is not empty: table users has 1 rows');
  await expect(move('mysql://x')).rejects.toMatchObject({ code: 'invalid_input' });
  await (await Store.open(from)).close();
});
