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
