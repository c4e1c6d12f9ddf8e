import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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

function make(hostId: string, place: string, periodMs = 5): HostMembership {
  return new HostMembership({ store, leadership: STANDBY, hostId, place, periodMs, log: createLogger('test', 'silent') });
}

async function begin(hostId: string, url: string): Promise<HostMembership> {
  const made = make(hostId, url);
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

describe('a host that begins', () => {
  test('is refused its id while another one lives under it elsewhere', async () => {
    await begin('same', 'http://a');
    await expect(make('same', 'http://b', 2_000).claim()).rejects.toMatchObject({
      code: 'state_conflict',
      message: expect.stringContaining('http://a lives under the id of this one, same') as string,
    });
    expect(await listHosts(store.read)).toMatchObject([{ id: 'same', url: 'http://a' }]);
  });

  test('gets its id at once when its last life was in the same home, and when nobody has it', async () => {
    const first = await begin('same', 'http://a');
    await make('same', 'http://a', 1_000_000).claim();
    await first.loop.stop();
    await first.leave();
    await make('same', 'http://b', 1_000_000).claim();
  });

  test('gets its id when who is entered under it elsewhere is silent', async () => {
    const first = await begin('same', 'http://a');
    await first.loop.stop();
    await make('same', 'http://b', 20).claim();
  });

  test('gets its id when who had it leaves meanwhile', async () => {
    const first = await begin('same', 'http://a');
    await first.loop.stop();
    const claimed = make('same', 'http://b', 400).claim();
    await first.leave();
    await claimed;
  });
});

test('a host that was taken out by mistake enters itself again', async () => {
  const host = await begin('here', 'http://a');
  await store.write(({ db }) => db.deleteFrom('hosts').execute());
  await eventually(async () => (await listHosts(store.read)).length === 1);
  const [{ beat } = { beat: 0 }] = await listHosts(store.read);
  await eventually(async () => ((await listHosts(store.read))[0]?.beat ?? 0) > beat);
  expect(host.loop.health()).toBe('ok');
});
