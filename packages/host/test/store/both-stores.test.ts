import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Event } from '@weir/contract';
import type { WriteContext } from '../../src/store/group-commit.ts';
import { Store } from '../../src/store/store.ts';
import { STORES, type StorePlace } from './stores.ts';

const addUser = (name: string) => async (context: WriteContext) => {
  await context.db
    .insertInto('users')
    .values({ name, role: 'user', created_at: 2 ** 50 })
    .execute();
  await context.emit({ type: 'node.online', node: name });
  return name;
};

describe.each(STORES)('a store on $database', ({ database, makePlace }) => {
  let at: StorePlace;
  let store: Store;
  beforeEach(async () => {
    at = await makePlace();
    store = await Store.open(at.place);
  });
  afterEach(async () => {
    await store.close();
    at.remove();
  });
  const users = async (of = store) => (await of.read.selectFrom('users').select('name').orderBy('name').execute()).map(({ name }) => name);

  test('keeps what it was told when it is opened again', async () => {
    await store.write(addUser('a'));
    await store.close();
    store = await Store.open(at.place);
    expect(await users()).toEqual(['a']);
  });

  test('gives numbers as numbers, however large', async () => {
    await store.write(addUser('a'));
    expect(await store.read.selectFrom('users').select('created_at').executeTakeFirst()).toEqual({ created_at: 2 ** 50 });
    const { total } = await store.read
      .selectFrom('users')
      .select((select) => [select.fn.countAll<number>().as('total')])
      .executeTakeFirstOrThrow();
    expect(total).toBe(1);
  });

  test('undoes an operation that throws, with its events, and nothing else', async () => {
    const events: Event[] = [];
    store.onEvents((published) => events.push(...published.map(({ event }) => event)));
    const results = await Promise.allSettled([
      store.write(addUser('a')),
      store.write(async (context) => {
        await addUser('b')(context);
        throw new Error('changed its mind');
      }),
      store.write(async (context) => {
        await addUser('c')(context);
        await addUser('a')(context); // not unique
      }),
      store.write(addUser('d')),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { message: 'changed its mind' } });
    expect(await users()).toEqual(['a', 'd']);
    await store.catchUp();
    expect(events.map(({ node }) => node)).toEqual(['a', 'd']);
    expect(store.health()).toBe('ok');
  });

  test('applies operations and tells events in the order of the calls', async () => {
    const events: Event[] = [];
    store.onEvents((published) => events.push(...published.map(({ event }) => event)));
    const names = Array.from({ length: 700 }, (_, index) => `u${String(index).padStart(4, '0')}`);
    const settled: string[] = [];
    await Promise.all(names.map((name) => store.write(addUser(name)).then((value) => settled.push(value))));
    await store.catchUp();
    expect(settled).toEqual(names);
    expect(events.map(({ node }) => node)).toEqual(names);
    const seqs = events.map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  });

  test('keeps text whatever it holds', async () => {
    // PostgreSQL's text has no NUL: the replacement character stands for it.
    const nul = database === 'SQLite' ? 'a\u0000b' : 'a\uFFFDb';
    const texts = new Map([
      ['a\u0000b', nul],
      ...['{job_id}', '$1 %s', "'; drop table users; --", '\\', '\u{1F600}', ''].map((text) => [text, text] as const),
    ]);
    for (const [text, stored] of texts) {
      await store.write(({ audit }) => audit({ actor: text, action: 'x', subject: text }));
      const row = await store.read.selectFrom('audit_log').select('actor').orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow();
      expect(row.actor).toBe(stored);
    }
  });

  test('refuses a store of a later version by name', async () => {
    await store.write(async ({ db }) => {
      const { sql } = await import('kysely');
      await sql`insert into kysely_migration (name, timestamp) values ('0099-from-the-future', '2030')`.execute(db);
    });
    await expect(Store.open(at.place)).rejects.toThrow('later version of Weir (it has 0099-from-the-future)');
  });

  test('refuses writes when it is closed', async () => {
    await store.close();
    await expect(store.write(async () => 1)).rejects.toMatchObject({ code: 'store_unavailable' });
    store = await Store.open(at.place);
  });
});

/** `table.column` of every primary key: SQLite calls those nullable, though they never are. */
async function primaryKeys(store: Store): Promise<Set<string>> {
  const { sql } = await import('kysely');
  const { rows } = await sql<{ key: string }>`
    select tables.name || '.' || columns.name as key
    from sqlite_master as tables join pragma_table_info(tables.name) as columns on columns.pk > 0`.execute(store.read);
  return new Set(rows.map(({ key }) => key));
}

test('tables and columns are the same on every database', async () => {
  const schemas: string[][] = [];
  let keys = new Set<string>();
  for (const { makePlace } of STORES) {
    const at = await makePlace();
    const store = await Store.open(at.place);
    if (store.kind === 'sqlite') keys = await primaryKeys(store);
    const tables = await store.read.introspection.getTables();
    const lines = tables.flatMap(({ name, columns }) =>
      columns.map((column) => `${name}.${column.name}${column.isNullable && !keys.has(`${name}.${column.name}`) ? '?' : ''}`),
    );
    schemas.push(lines.sort());
    await store.close();
    at.remove();
  }
  expect(schemas[0]?.length).toBeGreaterThan(100);
  expect(schemas[1]).toEqual(schemas[0]);
});
