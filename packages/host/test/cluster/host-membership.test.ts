import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '@weir/runtime';
import { HostMembership } from '../../src/cluster/host-membership.ts';
import { listHosts } from '../../src/cluster/host-store.ts';
import { SOLE_LEADER } from '../../src/cluster/leadership.ts';
import { Store } from '../../src/store/store.ts';
import { eventually } from '../eventually.ts';
import { STORES, type StorePlace } from '../store/stores.ts';

const [{ makePlace }] = STORES;
const STANDBY = { ...SOLE_LEADER, isLeader: false };

let place: StorePlace;
let store: Store;
const begun: HostMembership[] = [];
beforeEach(async () => {
  place = await makePlace();
  store = await Store.open(place.place);
});
afterEach(async () => {
  for (const { loop } of begun.splice(0)) await loop.stop();
  await store.close();
  place.remove();
});

async function begin(hostId: string, url: string): Promise<HostMembership> {
  const log = createLogger('test', 'silent');
  const made = new HostMembership({ store, leadership: STANDBY, hostId, periodMs: 5, log });
  await made.join(url);
  made.loop.start();
  begun.push(made);
  return made;
}

test('a host whose id another one has taken says so: two with one home copied from the other', async () => {
  const first = await begin('same', 'http://a');
  await eventually(async () => ((await listHosts(store.read))[0]?.beat ?? 0) > 3);
  expect(first.loop.health()).toBe('ok');
  const second = await begin('same', 'http://b');
  await eventually(() => first.loop.health() !== 'ok');
  expect(first.loop.health()).toContain('another host has the id same');
  expect(second.loop.health()).toBe('ok');
});

test('a host that was taken out by mistake enters itself again', async () => {
  const host = await begin('here', 'http://a');
  await store.write(({ db }) => db.deleteFrom('hosts').execute());
  await eventually(async () => (await listHosts(store.read)).length === 1);
  const [{ beat } = { beat: 0 }] = await listHosts(store.read);
  await eventually(async () => ((await listHosts(store.read))[0]?.beat ?? 0) > beat);
  expect(host.loop.health()).toBe('ok');
});
