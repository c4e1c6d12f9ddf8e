import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client } from '@weir/contract';
import { TestHost } from '../../test-host.ts';

let host: TestHost;
let client: Client;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
});
afterEach(() => host[Symbol.asyncDispose]());

test('one job per target: those that can be queued are, the others are told', async () => {
  await host.connectedRunner();
  await host.connectedRunner('there');
  const targets = [{ node: 'here' }, { node: 'nowhere' }, { node: 'there' }, { node: 'there', gpu_ids: [4] }];
  const batch = await client.batchCreate({ body: { job: { command: ['true'] }, targets } });
  expect(batch.jobs.map(({ target }) => target)).toEqual([targets[0], targets[2]]);
  expect(batch.jobs.map(({ batch_id: id }) => id)).toEqual([batch.batch_id, batch.batch_id]);
  expect(batch.batch_id).toBe(batch.jobs[0]?.job_id);
  expect(batch.refused).toEqual([
    { index: 1, target: targets[1], code: 'node_not_found', reason: expect.stringContaining('"nowhere"') as string },
    { index: 3, target: targets[3], code: 'invalid_input', reason: expect.stringContaining('GPU 4') as string },
  ]);
  const listed = await client.jobList({ query: { batch_id: batch.batch_id } });
  expect(listed.jobs.map(({ job_id: id }) => id).sort()).toEqual(batch.jobs.map(({ job_id: id }) => id));
  expect(listed.total).toBe(2);
});

test('a batch of which nothing can be queued is refused as its first job', async () => {
  const body = { job: { command: ['true'] }, targets: [{ node: 'a' }, { node: 'b' }] };
  await expect(client.batchCreate({ body })).rejects.toMatchObject({ code: 'node_not_found', detail: { value: 'a' } });
  expect((await client.jobList()).total).toBe(0);
});

test('jobs beyond a limit are refused one by one', async () => {
  await host.running.services.store.write(async ({ db, emit }) => {
    await db.updateTable('users').set({ limits: '{"queued_jobs":2}' }).execute();
    await emit({ type: 'policy.changed', data: { of: 'users' } });
  });
  const batch = await client.batchCreate({ body: { job: {}, commands: [['a'], ['b'], ['c']] } });
  expect(batch.jobs.map(({ command }) => command)).toEqual([['a'], ['b']]);
  expect(batch.refused).toMatchObject([{ index: 2, target: null, code: 'queue_full' }]);
});

test('a dependency that is not there refuses all of it', async () => {
  const job = { depends: [{ kind: 'afterok' as const, job_id: 77 }] };
  await expect(client.batchCreate({ body: { job, commands: [['a'], ['b']] } })).rejects.toMatchObject({ code: 'dependency_unknown' });
});

test('ten thousand commands are queued in order', async () => {
  const commands = Array.from({ length: 10_000 }, (_, index) => ['echo', `{${index}}`]);
  const batch = await client.batchCreate({ body: { job: { cpus: 1 }, commands } });
  expect(batch.jobs.map(({ command }) => command)).toEqual(commands);
  expect((await client.jobList({ query: { batch_id: batch.batch_id, limit: 1 } })).total).toBe(10_000);
  const events = await host.running.services.store.read
    .selectFrom('events')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('type', '=', 'job.submitted')
    .executeTakeFirstOrThrow();
  expect(events.count).toBe(10_000);
});
