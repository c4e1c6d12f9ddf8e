import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addUsage } from '../../../src/jobs/attempts/usage-store.ts';
import { insertJob } from '../../../src/jobs/job-store.ts';
import { makeJobRow } from '../../../src/jobs/new-job.ts';
import { Store } from '../../../src/store/store.ts';
import { INVENTORY } from '../../fake-runner.ts';
import { STORES } from '../../store/stores.ts';
import { TestHost } from '../../test-host.ts';

const GIB = 1024 ** 3;
const HALF_LIFE_MS = 1_000;

const PART = {
  jobId: 1,
  attempt: 1,
  rank: 0,
  node: 'here',
  cpus: 1,
  cpuIds: [],
  numa: null,
  memoryBytes: 0,
  gpuIds: [],
  allocatedAt: 0,
  releasedAt: null,
  startedAt: null,
  outcome: null,
};

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host[Symbol.asyncDispose]());

const readUsage = () => host.running.services.store.read.selectFrom('usage').selectAll().execute();

test('the end of an attempt charges the user of its account for what was held, and how long', async () => {
  const runner = await host.connectedRunner();
  const client = host.client();
  const job = await client.jobCreate({ body: { command: ['true'], cpus: 2, gpus: 1, memory_bytes: 4 * GIB, account: 'project' } });
  const order = await runner.order(job.job_id);
  await host.running.services.store.write(async ({ db }) => {
    await db
      .updateTable('resource_allocations')
      .set({ allocated_at: Date.now() - 10_000 })
      .execute();
  });
  runner.reportEnd(order);
  runner.reportEnd(order);
  await runner.acknowledged(job.job_id);
  const [row, ...more] = await readUsage();
  expect(more).toEqual([]);
  expect(row).toMatchObject({ account: 'project', user: 'root' });
  const held = await host.running.services.store.read.selectFrom('resource_allocations').selectAll().executeTakeFirstOrThrow();
  const seconds = ((held.released_at ?? 0) - held.allocated_at) / 1000;
  expect(seconds).toBeGreaterThanOrEqual(10);
  // 2 CPUs, 8 for the GPU, 4 GiB / 4
  expect(row?.usage).toBeCloseTo(11 * seconds);
});

test('use halves with every half-life, never grows by a clock that steps back, and adds up', async () => {
  const { store } = host.running.services;
  const runner = await host.runner();
  runner.inventory = INVENTORY;
  await runner.connect();
  const created = await host.client().jobCreate({ body: { command: ['true'], cpus: 1 } });
  await runner.order(created.job_id);
  const job = await store.read.selectFrom('jobs').selectAll().executeTakeFirstOrThrow();
  const add = (allocatedAt: number, now: number) =>
    store.write(({ db }) => addUsage(db, { job, part: { ...PART, allocatedAt }, now, halfLifeMs: HALF_LIFE_MS }));
  await add(0, 8_000);
  expect(await readUsage()).toMatchObject([{ usage: 8, as_of: 8_000 }]);
  await add(9_000, 10_000);
  expect(await readUsage()).toMatchObject([{ usage: 3, as_of: 10_000 }]);
  await add(4_000, 5_000);
  expect(await readUsage()).toMatchObject([{ usage: 4, as_of: 10_000 }]);
});

describe.each(STORES)('in $database', ({ makePlace }) => {
  test('use of so long ago that nothing is left of it is no error', async () => {
    const { place, remove } = await makePlace();
    const store = await Store.open(place);
    const row = makeJobRow({ kind: 'command', name: 'x', user: 'ann', program: { kind: 'command', argv: ['x'] }, cpus: 1 });
    const job = await store.write(({ db }) => insertJob(db, row));
    const add = (now: number) =>
      store.write(({ db }) => addUsage(db, { job, part: { ...PART, allocatedAt: now - 1_000 }, now, halfLifeMs: HALF_LIFE_MS }));
    await add(1_000);
    await add(1_000 + 10_000 * HALF_LIFE_MS);
    const rows = await store.read.selectFrom('usage').selectAll().execute();
    await store.close();
    remove();
    expect(rows).toMatchObject([{ usage: 1 }]);
  });
});
