import { expect, test, vi } from 'vitest';
import { Store } from '../../src/store/store.ts';
import { postgresOfFile } from '../servers/file-servers.ts';

vi.setConfig({ testTimeout: 60_000 });

const insert = (name: string) => async (context: Parameters<Parameters<Store['write']>[0]>[0]) => {
  await context.db.insertInto('users').values({ name, role: 'user', created_at: 0 }).execute();
};

test('a host that falls asleep in a transaction holds the others off for seconds, and what it did is undone', async () => {
  const place = await (await postgresOfFile()).newDatabase();
  const [sleeper, other] = [await Store.open(place), await Store.open(place)];
  let wake: () => void = () => undefined;
  let inside: () => void = () => undefined;
  const asleep = new Promise<void>((resolve) => (inside = resolve));
  const sleeping = sleeper.write(async (context) => {
    await insert('sleeper')(context);
    inside();
    await new Promise<void>((resolve) => (wake = resolve));
    await insert('too late')(context);
  });
  sleeping.catch(() => undefined);
  await asleep;
  await other.write(insert('other'));
  wake();
  await expect(sleeping).rejects.toMatchObject({ code: 'store_unavailable' });
  await sleeper.write(insert('awake'));
  expect((await other.read.selectFrom('users').select('name').orderBy('name').execute()).map(({ name }) => name)).toEqual([
    'awake',
    'other',
  ]);
  await sleeper.close();
  await other.close();
});

test('a server that goes away refuses reads and writes, and is used again when it is back', async () => {
  const server = await postgresOfFile();
  const store = await Store.open(await server.newDatabase());
  await store.write(insert('before'));
  await server.process.end('SIGQUIT');
  await expect(store.write(insert('lost'))).rejects.toMatchObject({ code: 'store_unavailable' });
  await expect(store.read.selectFrom('users').selectAll().execute()).rejects.toMatchObject({ code: 'store_unavailable' });
  expect(store.health()).not.toBe('ok');
  await server.process.start();
  await store.write(insert('after'));
  expect(store.health()).toBe('ok');
  expect((await store.read.selectFrom('users').select('name').orderBy('name').execute()).map(({ name }) => name)).toEqual([
    'after',
    'before',
  ]);
  await store.close();
});
