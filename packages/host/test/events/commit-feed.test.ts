import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Committed, WriteContext } from '../../src/store/group-commit.ts';
import { Store } from '../../src/store/store.ts';
import { postgresOfFile } from '../servers/file-servers.ts';

let stores: [Store, Store];
let told: [Committed[], Committed[]];

beforeEach(async () => {
  const place = await (await postgresOfFile()).newDatabase();
  stores = [await Store.open(place), await Store.open(place)];
  told = [[], []];
  for (const side of [0, 1] as const) stores[side].onEvents((committed) => told[side].push(...committed));
});
afterEach(async () => {
  for (const store of stores) await store.close();
});

const note = (node: string) => (context: WriteContext) => context.emit({ type: 'node.online', node });
const nodes = (side: 0 | 1) => told[side].map(({ event }) => event.node);

test('what one store commits, the other tells when it catches up, once', async () => {
  await stores[0].write(note('a'));
  await stores[1].catchUp();
  await stores[1].catchUp();
  expect([nodes(0), nodes(1)]).toEqual([['a'], ['a']]);
});

test('an own event is told after what others committed before it', async () => {
  await stores[0].write(note('a'));
  await stores[1].write(note('b'));
  await stores[0].write(note('c'));
  await Promise.all(stores.map((store) => store.catchUp()));
  expect([nodes(0), nodes(1)]).toEqual([
    ['a', 'b', 'c'],
    ['a', 'b', 'c'],
  ]);
});

test('both tell the same order whatever they write at once, and numbers that were never committed leave no hole', async () => {
  await Promise.all(
    Array.from({ length: 400 }, (_, index) =>
      stores[index % 2 === 0 ? 0 : 1]
        .write(async (context) => {
          await note(`n${index}`)(context);
          if (index % 7 === 0) throw new Error('changed its mind');
        })
        .catch(() => undefined),
    ),
  );
  await Promise.all(stores.map((store) => store.catchUp()));
  expect(nodes(0)).toHaveLength(400 - Math.ceil(400 / 7));
  expect(nodes(1)).toEqual(nodes(0));
  const seqs = told[0].map(({ event }) => event.seq);
  expect(seqs).toEqual([...seqs].sort((one, other) => one - other));
});
