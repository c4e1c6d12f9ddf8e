import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listHeldAllocations, type NewMember } from '../../src/allocations/allocation-store.ts';
import { findJob, insertJob } from '../../src/jobs/job-store.ts';
import { makeJobRow } from '../../src/jobs/new-job.ts';
import { changeNodeState, deleteNode, updateNode, upsertNode } from '../../src/nodes/node-store.ts';
import { startJobs, startTasks } from '../../src/scheduler/start-jobs.ts';
import type { WriteContext } from '../../src/store/group-commit.ts';
import { Store } from '../../src/store/store.ts';
import { INVENTORY } from '../fake-runner.ts';
import { STORES, type StorePlace } from '../store/stores.ts';

const [{ makePlace }] = STORES;
let place: StorePlace;
let store: Store;
beforeEach(async () => {
  place = await makePlace();
  store = await Store.open(place.place);
  for (const name of ['here', 'there']) {
    const node = { inventory: INVENTORY, local: false, address: name, sessionHost: 'host', labels: {} };
    await store.write(({ db }) => upsertNode(db, name, node));
  }
});
afterEach(async () => {
  await store.close();
  place.remove();
});

const PLAIN = makeJobRow({ kind: 'command', name: 'true', user: 'ann', program: { kind: 'command', argv: ['true'] }, cpus: 1 });
const ARRAY = { ...PLAIN, array: JSON.stringify({ spec: '1-2', parallel: null, tasks: 2, waiting: '1-2' }) };

const memberOn = (node: string, rank = 0): NewMember => ({ rank, node, cpus: 1, cpu_ids: [], numa: null, memory_bytes: 0, gpu_ids: [] });

/** What may happen to a node between a plan and its commit. */
const CHANGES: readonly { readonly what: string; readonly change: (context: WriteContext) => Promise<unknown> }[] = [
  { what: 'removed', change: ({ db }) => deleteNode(db, 'here') },
  { what: 'lost', change: ({ db }) => changeNodeState(db, 'here', { from: 'online', to: 'lost' }) },
  { what: 'drained', change: ({ db }) => updateNode(db, 'here', { drained: true }) },
];

describe.each(CHANGES)('a node that was $what after the plan was made', ({ change }) => {
  test('gets nothing of it: the job waits on, others of the plan start', async () => {
    const [first, second] = await store.write(async ({ db }) => [await insertJob(db, PLAIN), await insertJob(db, PLAIN)]);
    await store.write(change);
    const chunk = [
      { jobId: first.id, members: [memberOn('there'), memberOn('here', 1)] },
      { jobId: second.id, members: [memberOn('there')] },
    ];
    const started = await store.write((context) => startJobs(context, chunk));
    expect(started.map(({ job }) => job.id)).toEqual([second.id]);
    expect(await findJob(store.read, first.id)).toMatchObject({ state: 'pending', attempt: 0 });
    expect((await listHeldAllocations(store.read)).map(({ node }) => node)).toEqual(['there']);
  });

  test('gets no task of an array: the index stays in what waits', async () => {
    const array = await store.write(({ db }) => insertJob(db, ARRAY));
    await store.write(change);
    const starts = ['here', 'there'].map((node) => ({ jobId: array.id, members: [memberOn(node)] }));
    const started = await store.write((context) => startTasks(context, array.id, starts));
    expect(started.map(({ job }) => [job.array_index, job.node])).toEqual([[1, 'there']]);
    expect(await findJob(store.read, array.id)).toMatchObject({ state: 'pending', array: expect.stringContaining('"waiting":"2"') });
  });
});
