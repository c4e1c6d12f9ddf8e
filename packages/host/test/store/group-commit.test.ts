import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Store } from '../../src/store/store.ts';
import type { WriteContext } from '../../src/store/group-commit.ts';

let folder = '';
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-store-'));
  store = await Store.open(join(folder, 'weir.db'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const addUser = (name: string) => async (context: WriteContext) => {
  await context.db.insertInto('users').values({ name, role: 'user', created_at: 0 }).execute();
  await context.emit({ type: 'node.online', node: name });
  return name;
};
const users = async () => (await store.read.selectFrom('users').select('name').execute()).map(({ name }) => name);

/** What another process sees. */
function readElsewhere(): string[] {
  const other = new DatabaseSync(join(folder, 'weir.db'), { readOnly: true });
  const names = other.prepare('select name from users order by name').all();
  other.close();
  return names.map(({ name }) => String(name));
}

test('a value is given after the commit: another connection reads the change', async () => {
  expect(await store.write(addUser('a'))).toBe('a');
  expect(readElsewhere()).toEqual(['a']);
});

test('a stream of writes leaves the event loop its turns', async () => {
  let turns = 0;
  const count = () => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  for (let index = 0; index < 20; index += 1) await store.write(addUser(`u${index}`));
  clearImmediate(next);
  expect(turns).toBeGreaterThanOrEqual(20);
});

test('a long transaction leaves the event loop its turns, in which readers see nothing of it', async () => {
  const seen: string[][] = [];
  let applied = 0;
  const look = () => {
    if (applied > 0 && applied < 10) void users().then((names) => seen.push(names));
    next = setImmediate(look);
  };
  let next = setImmediate(look);
  const work = (name: string) => async (context: WriteContext) => {
    for (const from = performance.now(); performance.now() - from < 3;);
    await addUser(name)(context);
    applied += 1;
  };
  await Promise.all(Array.from({ length: 10 }, (_, index) => store.write(work(`u${index}`))));
  clearImmediate(next);
  expect(seen.length).toBeGreaterThanOrEqual(3);
  expect(seen.flat()).toEqual([]);
  expect(readElsewhere()).toHaveLength(10);
});

describe('a disk that is full', () => {
  /** The store's file may not grow beyond what it has now. */
  async function fillUp(): Promise<void> {
    await store.write(async ({ db }) => {
      const { sql } = await import('kysely');
      await sql`pragma max_page_count = 1`.execute(db);
    });
  }
  const tooMuch = async ({ audit }: WriteContext) => {
    for (let index = 0; index < 50; index += 1)
      await audit({ actor: 'a', action: 'b', subject: 'c', detail: { text: 'x'.repeat(100_000) } });
  };

  test('refuses everybody of the transaction with store_unavailable, and says so in its health', async () => {
    await fillUp();
    const results = await Promise.allSettled([store.write(addUser('a')), store.write(tooMuch), store.write(addUser('b'))]);
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } });
    expect(readElsewhere()).toEqual([]);
    expect(store.health()).toContain('full');
  });

  test('is left behind: what fits is stored again', async () => {
    await fillUp();
    await expect(store.write(tooMuch)).rejects.toThrow();
    await store.write(async ({ db }) => {
      const { sql } = await import('kysely');
      await sql`pragma max_page_count = 1000000`.execute(db);
    });
    await store.write(tooMuch);
    await store.write(addUser('a'));
    expect(readElsewhere()).toEqual(['a']);
    expect(store.health()).toBe('ok');
  });
});

test('a commit that fails refuses all of its operations, and the next one is taken', async () => {
  const blocker = new DatabaseSync(join(folder, 'weir.db'), { timeout: 0 });
  blocker.exec('begin immediate');
  const results = await Promise.allSettled([store.write(addUser('a')), store.write(addUser('b'))]);
  expect(store.health()).toContain('locked');
  blocker.exec('rollback');
  blocker.close();
  for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } });
  expect(await users()).toEqual([]);
  await store.write(addUser('c'));
  expect(readElsewhere()).toEqual(['c']);
});

test('a killed process has lost no write that it told', async () => {
  const path = join(folder, 'killed.db');
  const child = fork(join(import.meta.dirname, '..', 'fixtures', 'write-users.ts'), [path], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const told: string[] = [];
  await new Promise<void>((resolve) => {
    child.on('message', (name: string) => {
      told.push(name);
      if (told.length === 300) resolve();
    });
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const again = await Store.open(path);
  const found = new Set((await again.read.selectFrom('users').select('name').execute()).map(({ name }) => name));
  await again.close();
  expect(told.filter((name) => !found.has(name))).toEqual([]);
});
