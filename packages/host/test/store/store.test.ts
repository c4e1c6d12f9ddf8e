import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Store } from '../../src/store/store.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-store-'));
  path = join(folder, 'home', 'weir.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function schemaOf(file: string): unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare('select type, name, sql from sqlite_master order by name').all();
  database.close();
  return rows;
}

test('a store is made from nothing, readable by its owner only', async () => {
  const store = await Store.open(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'home')).mode & 0o777).toBe(0o700);
  await store.close();
  expect(schemaOf(path).length).toBeGreaterThan(20);
});

test('opening it again keeps the schema and the rows', async () => {
  const first = await Store.open(path);
  await first.write(({ db }) => db.insertInto('users').values({ name: 'a', role: 'user', created_at: 0 }).execute());
  await first.close();
  const before = schemaOf(path);
  const second = await Store.open(path);
  expect(await second.read.selectFrom('users').select('name').execute()).toEqual([{ name: 'a' }]);
  await second.close();
  expect(schemaOf(path)).toEqual(before);
});

test('a store of a later version is refused by name', async () => {
  await (await Store.open(path)).close();
  const database = new DatabaseSync(path);
  database.exec("insert into kysely_migration (name, timestamp) values ('0099-from-the-future', '2030')");
  database.close();
  await expect(Store.open(path)).rejects.toThrow('later version of Weir (it has 0099-from-the-future)');
});

test('a closed store refuses writes', async () => {
  const store = await Store.open(path);
  await store.close();
  await expect(store.write(async () => 1)).rejects.toMatchObject({ code: 'store_unavailable' });
});

test('text is kept whatever it holds', async () => {
  const store = await Store.open(path);
  for (const text of ['a\u0000b', '{job_id}', "'; drop table users; --", '\u{1F600}', '']) {
    await store.write(({ audit }) => audit({ actor: text, action: 'x', subject: text }));
    const row = await store.read.selectFrom('audit_log').select('actor').orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow();
    expect(row.actor).toBe(text);
  }
  await store.close();
});
