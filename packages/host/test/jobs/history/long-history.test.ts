import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Client, ConductorDashboard, JobState } from '@weir/contract';
import type { FakeRunner } from '../../fake-runner.ts';
import { TestHost } from '../../test-host.ts';

/** Jobs of old that are over. */
const HISTORY = [
  ['completed', 12_000],
  ['failed', 4_000],
  ['lost', 1_000],
  ['cancelled', 3_000],
] as const;
const OLD = HISTORY.reduce((sum, [, count]) => sum + count, 0);
const BURST = 500;

let host: TestHost;
let client: Client;
let runner: FakeRunner;
beforeAll(async () => {
  host = await TestHost.start();
  client = host.client();
  const first = await client.jobCreate({ body: { command: ['true'] } });
  runner = await host.connectedRunner();
  runner.reportEnd(await runner.order(first.job_id));
  await runner.acknowledged(first.job_id);
  for (const [state, count] of HISTORY) await addJobs(first.job_id, state, state === 'completed' ? count - 1 : count);
}, 120_000);
afterAll(() => host[Symbol.asyncDispose]());

/** More jobs like one that has ended. */
async function addJobs(like: number, state: JobState, count: number): Promise<void> {
  const { store } = host.running.services;
  const { id, ...row } = await store.read.selectFrom('jobs').selectAll().where('id', '=', like).executeTakeFirstOrThrow();
  expect(id).toBe(like);
  for (let left = count; left > 0; left -= 200) {
    const rows = Array.from({ length: Math.min(left, 200) }, () => ({ ...row, state }));
    await store.write(({ db }) => db.insertInto('jobs').values(rows).execute());
  }
}
const total = async (state?: JobState) => (await client.jobList({ query: { limit: 1, ...(state === undefined ? {} : { state }) } })).total;
const dashboard = async () => (await host.inject({ url: '/dashboard' })).json<ConductorDashboard>();

test('totals over twenty thousand ended jobs are exact, and lists stay short', async () => {
  expect(await total()).toBe(OLD);
  for (const [state, count] of HISTORY) expect([state, await total(state)]).toEqual([state, count]);
  const shown = await dashboard();
  expect(shown.job_stats).toEqual({ total: OLD, running: 0, pending: 0, completed: 12_000, failed: 5_000, cancelled: 3_000 });
  expect([shown.running_jobs, shown.pending_jobs]).toEqual([[], []]);
  expect(shown.node_info).toMatchObject([{ node_name: 'here', total_cpus: 4, allocated_cpus: 0 }]);
  const page = await client.jobList({ query: { limit: 100 } });
  expect(page.jobs).toHaveLength(100);
  expect(page.next_before).toBe(page.jobs.at(-1)?.job_id);
});

test('a burst of five hundred on top all come to an end, and the totals stay exact', async () => {
  runner.onStart = (order) => {
    runner.reportRunning(order);
    runner.reportEnd(order, { kind: 'exited', code: order.jobId % 2 });
  };
  const jobs = await Promise.all(Array.from({ length: BURST }, () => client.jobCreate({ body: { command: ['true'] } })));
  const mid = await dashboard();
  expect(mid.running_jobs.length).toBeLessThanOrEqual(20);
  expect(mid.pending_jobs.length).toBeLessThanOrEqual(20);
  const open = () => Promise.all((['pending', 'starting', 'running'] as const).map((state) => total(state)));
  await vi.waitFor(async () => expect(await open()).toEqual([0, 0, 0]), { timeout: 80_000, interval: 50 });
  const odd = jobs.filter(({ job_id }) => job_id % 2 === 1).length;
  expect((await dashboard()).job_stats).toEqual({
    total: OLD + BURST,
    running: 0,
    pending: 0,
    completed: 12_000 + BURST - odd,
    failed: 5_000 + odd,
    cancelled: 3_000,
  });
  expect((await client.nodeShow({ params: { name: 'here' } })).cpus_allocated).toBe(0);
}, 90_000);
