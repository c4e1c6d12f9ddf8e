import { expect, test } from 'vitest';
import { writeAsLeader } from '../../src/cluster/leader-write.ts';
import { SOLE_LEADER, StaleLeaderError } from '../../src/cluster/leadership.ts';
import { listNodeNames, upsertNode } from '../../src/nodes/node-store.ts';
import { Store } from '../../src/store/store.ts';
import { INVENTORY } from '../fake-runner.ts';
import { STORES } from '../store/stores.ts';

test('what a former leader writes is dropped without a word, any other error is told', async () => {
  const { place, remove } = await STORES[0].makePlace();
  const store = await Store.open(place);
  const node = { inventory: INVENTORY, local: false, address: 'a', sessionHost: 'host', labels: {} };
  const former = { ...SOLE_LEADER, fence: () => Promise.reject(new StaleLeaderError()) };
  expect(await writeAsLeader({ store, leadership: former }, ({ db }) => upsertNode(db, 'former', node))).toBeUndefined();
  expect(await writeAsLeader({ store, leadership: SOLE_LEADER }, ({ db }) => upsertNode(db, 'leader', node).then(() => 1))).toBe(1);
  await expect(writeAsLeader({ store, leadership: SOLE_LEADER }, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await listNodeNames(store.read)).toEqual(['leader']);
  await store.close();
  remove();
});
