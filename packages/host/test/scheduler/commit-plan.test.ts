import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppError } from '@weir/contract';
import { createLogger } from '@weir/runtime';
import { SOLE_LEADER } from '../../src/cluster/leadership.ts';
import { readPolicy } from '../../src/config/policy-config.ts';
import { insertJob } from '../../src/jobs/job-store.ts';
import { makeJobRow } from '../../src/jobs/new-job.ts';
import { upsertNode } from '../../src/nodes/node-store.ts';
import { commitPlan } from '../../src/scheduler/commit-plan.ts';
import { Mirror } from '../../src/scheduler/mirror/mirror.ts';
import { Store } from '../../src/store/store.ts';
import { INVENTORY } from '../fake-runner.ts';
import { STORES, type StorePlace } from '../store/stores.ts';

const [{ makePlace }] = STORES;
const JOBS = 60;

let place: StorePlace;
let writing: Store;
/** Hears nothing of what the other one commits. */
let following: Store;
let mirror: Mirror;
beforeEach(async () => {
  place = await makePlace();
  writing = await Store.open(place.place);
  following = await Store.open(place.place);
  const node = { inventory: { ...INVENTORY, cpus: JOBS }, local: false, address: 'a', sessionHost: 'host', labels: {} };
  const row = makeJobRow({ kind: 'command', name: 'true', user: 'ann', program: { kind: 'command', argv: ['true'] }, cpus: 1 });
  await writing.write(async ({ db }) => {
    await upsertNode(db, 'a', node);
    for (let count = 0; count < JOBS; count += 1) await insertJob(db, row);
  });
  mirror = await Mirror.open({ store: following, policy: readPolicy({}), log: createLogger('test', 'silent') });
});
afterEach(async () => {
  await writing.close();
  await following.close();
  place.remove();
});

/** A store that commits and whose answer gets lost on the way. */
const losingAnswers: Pick<Store, 'write'> = {
  write: async (operation) => {
    await writing.write(operation);
    throw new AppError('store_unavailable', 'the connection broke');
  },
};

test('starts whose commit was not answered are held before anything else is planned, and none of them is under way any more', async () => {
  const log = createLogger('test', 'silent');
  const plan = mirror.copy.fleet.plan(Date.now());
  expect(plan.starts).toHaveLength(JOBS);
  await expect(commitPlan({ store: losingAnswers, mirror, leadership: SOLE_LEADER, log }, plan)).rejects.toMatchObject({
    code: 'store_unavailable',
  });
  await mirror.settled();
  expect(mirror.copy.fleet.room('a')).toMatchObject({ cpus: 0 });
  expect(mirror.copy.fleet.plan(Date.now()).starts).toEqual([]);
});
