import { describe, expect, test } from 'vitest';
import { insertAllocations } from '../../src/allocations/allocation-store.ts';
import { countJobs, insertJobs, listJobs, type JobFilter } from '../../src/jobs/job-store.ts';
import { JobTotals } from '../../src/jobs/job-totals.ts';
import { makeJobRow } from '../../src/jobs/new-job.ts';
import { Store } from '../../src/store/store.ts';
import { eventually } from '../eventually.ts';
import { STORES } from '../store/stores.ts';

const PLAIN = makeJobRow({ kind: 'command', name: 'x', user: 'ann', program: { kind: 'command', argv: ['x'] }, cpus: 1 });
const SHARE = { cpus: 1, cpu_ids: [], numa: null, memory_bytes: 0, gpu_ids: [] };

describe.each(STORES)('on $database', ({ makePlace }) => {
  test('jobs are found by name, account, state and every node of their last attempt', async () => {
    const { place, remove } = await makePlace();
    const store = await Store.open(place);
    const jobs = await store.write(async ({ db }) => {
      const stored = await insertJobs(db, [
        { ...PLAIN, account: 'vision' },
        { ...PLAIN, name: 'y', account: 'vision', state: 'running', attempt: 2, node: 'a' },
        { ...PLAIN, state: 'completed', attempt: 1, node: 'b' },
      ]);
      const members = ['a', 'b'].map((node, rank) => ({ ...SHARE, node, rank }));
      const before = ['a', 'c'].map((node, rank) => ({ ...SHARE, node, rank }));
      const [, gang] = stored;
      if (gang === undefined) throw new Error('the store took fewer jobs');
      await insertAllocations(db, [
        { jobId: gang.id, attempt: 1, members: before },
        { jobId: gang.id, attempt: 2, members },
      ]);
      return stored;
    });
    const places = async (filter: Partial<JobFilter>) => {
      const rows = await listJobs(store.read, { limit: 10, ...filter });
      expect(await countJobs(store.read, { limit: 1, ...filter })).toBe(rows.length);
      return rows.map(({ id }) => jobs.findIndex((job) => job.id === id));
    };
    expect(await places({ node: 'a' })).toEqual([1]);
    expect(await places({ node: 'b' })).toEqual([2, 1]);
    expect(await places({ node: 'c' })).toEqual([]);
    expect(await places({ account: 'vision' })).toEqual([1, 0]);
    expect(await places({ account: 'vision', state: 'pending' })).toEqual([0]);
    expect(await places({ name: 'x', state: 'completed' })).toEqual([2]);
    expect(await places({ name: 'y', state: 'running', node: 'b' })).toEqual([1]);
    await store.close();
    remove();
  });

  test('small totals are always true, large ones become true', async () => {
    const { place, remove } = await makePlace();
    const store = await Store.open(place);
    const totals = new JobTotals(store.read);
    const add = (count: number) =>
      store.write(({ db }) =>
        insertJobs(
          db,
          Array.from({ length: count }, () => PLAIN),
        ),
      );
    for (const expected of [1, 2]) {
      await add(1);
      expect(await totals.count({ user: 'ann', limit: 1 })).toBe(expected);
    }
    await add(10_000);
    expect(await totals.count({ user: 'ann', limit: 1 })).toBe(10_002);
    await add(1);
    await eventually(async () => (await totals.count({ user: 'ann', limit: 1 })) === 10_003);
    expect(await totals.count({ user: 'bob', limit: 1 })).toBe(0);
    await store.close();
    remove();
  });
});
