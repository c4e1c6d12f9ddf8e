import { expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { CommitThief } from '../servers/commit-thief.ts';
import { newClusterStore } from '../servers/file-servers.ts';
import { TestHost } from '../test-host.ts';

test('a submit that PostgreSQL committed without being heard is answered when it is repeated, and queued once', async () => {
  const place = await newClusterStore();
  await using thief = await CommitThief.start(place.storeUrl, 'insert into "idempotency_keys"');
  await using host = await TestHost.start({ ...place, storeUrl: thief.url });
  const submit = () => host.client().jobCreate({ body: { command: ['true'] }, headers: { 'idempotency-key': 'k' } });
  await expect(submit()).rejects.toMatchObject({ code: 'store_unavailable' });
  expect(thief.isDone).toBe(true);
  const stored = () => host.running.services.store.read.selectFrom('jobs').select('id').execute();
  expect(await eventually(() => stored().catch(() => undefined))).toHaveLength(1);
  const job = await eventually(() => submit().catch(() => undefined));
  const { jobs } = await host.client().jobList();
  expect(jobs.map(({ job_id: id }) => id)).toEqual([job.job_id]);
});
