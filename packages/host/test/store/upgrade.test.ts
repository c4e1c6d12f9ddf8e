import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Migrator } from 'kysely/migration';
import { sql, type Kysely } from 'kysely';
import { STORE_ID_PATTERN } from '@weir/contract';
import { Store } from '../../src/store/store.ts';
import { openBackend } from '../../src/store/dialects/open-backend.ts';
import * as firstSchema from '../../src/store/migrations/0001-first-schema.ts';
import { postgresOfFile } from '../servers/file-servers.ts';
import { TestHost } from '../test-host.ts';
import { STORES, type StorePlace } from './stores.ts';

/** Not long ago: what is over for long is forgotten. */
const AT = Date.now() - 3_600_000;
const JOB = {
  kind: 'command',
  name: 'old {x} 漢字',
  user: 'root',
  attempt: 0,
  node: null,
  cpus: 1,
  memory_bytes: null,
  gpus: 0,
  gpu_ids: '[]',
  priority: 0,
  time_limit_ms: null,
  grace_ms: 5_000,
  requeue: 0,
  program: '{"kind":"command","argv":["true"]}',
  env: '{"A":"b"}',
  workdir: '/srv',
  comment: null,
  submitted_at: AT,
  started_at: null,
  ended_at: null,
  outcome: null,
  exit_code: null,
  exit_signal: null,
  error_message: null,
  cancel_requested: 0,
  events_offset: 0,
  workflow_id: null,
  stage: null,
};
const HELD = { attempt: 1, node_name: 'here', allocated_cpus: 1, memory_bytes: 0, gpu_ids: '[]', allocated_at: AT };
const ROWS: readonly (readonly [table: string, rows: readonly Record<string, unknown>[]])[] = [
  ['users', [{ name: 'ann', role: 'user', created_at: AT }]],
  ['audit_log', [{ at: AT, actor: 'ann', action: 'job.submit', subject: 'job:1', detail: '{}' }]],
  [
    'jobs',
    [
      {
        ...JOB,
        state: 'failed',
        attempt: 1,
        node: 'here',
        started_at: AT,
        ended_at: AT + 1,
        outcome: '{"kind":"exited","code":3}',
        exit_code: 3,
        error_message: 'exited with code 3',
      },
      { ...JOB, state: 'running', attempt: 1, node: 'here', started_at: AT },
      { ...JOB, state: 'running', attempt: 1, node: 'here', started_at: AT, cancel_requested: 1 },
      { ...JOB, state: 'pending', user: 'ann' },
    ],
  ],
  [
    'resource_allocations',
    [
      { ...HELD, job_id: 1, released: 1, released_at: AT + 1 },
      { ...HELD, job_id: 2, released: 0, released_at: null },
      { ...HELD, job_id: 3, released: 0, released_at: null },
    ],
  ],
  ['events', [{ at: AT, type: 'job.submitted', job_id: 1, workflow_id: null, node: null, owner: 'root', data: '{}' }]],
];

describe.each(STORES)('a store of the first version on $database', ({ database, makePlace }) => {
  let at: StorePlace;
  beforeEach(async () => {
    // Databases of the file's server have the schema of today, but for the empty one.
    at = database === 'SQLite' ? await makePlace() : { place: await (await postgresOfFile()).newEmptyDatabase(), remove: () => undefined };
    await leaveFirstVersion(at.place);
  });
  afterEach(() => at.remove());

  test('has an id that it keeps, and that no other store has', async () => {
    const first = await Store.open(at.place);
    await first.close();
    expect(first.id).toMatch(new RegExp(STORE_ID_PATTERN));
    const again = await Store.open(at.place);
    await again.close();
    expect(again.id).toBe(first.id);
    const elsewhere = await STORES[0].makePlace();
    const other = await Store.open(elsewhere.place);
    await other.close();
    elsewhere.remove();
    expect(other.id).not.toBe(first.id);
  });

  test('keeps its rows, and its jobs go on where they were', async () => {
    await using host = await TestHost.start({ storeUrl: at.place });
    const client = host.client();
    const { jobs } = await client.jobList();
    expect(jobs.map(({ job_id, state }) => [job_id, state])).toEqual([
      [4, 'pending'],
      [3, 'running'],
      [2, 'running'],
      [1, 'failed'],
    ]);
    const ended = {
      name: JOB.name,
      exit_code: 3,
      workdir: '/srv',
      submitted_at: new Date(AT).toISOString(),
      account: 'default',
      batch_id: 1,
    };
    expect(await client.jobShow({ params: { job_id: 1 } })).toMatchObject(ended);
    expect((await client.userList()).users.map(({ name }) => name)).toContain('ann');
    expect((await client.auditList({ query: { actor: 'ann' } })).entries).toMatchObject([{ action: 'job.submit', subject: 'job:1' }]);
    expect((await client.eventList({ query: { job_id: 1 } })).events).toMatchObject([{ type: 'job.submitted' }]);

    const runner = await host.runner();
    for (const jobId of [2, 3]) runner.reportRunning({ jobId, attempt: 1 });
    await runner.connect();
    expect((await client.nodeShow({ params: { name: 'here' } })).cpus_allocated).toBeGreaterThanOrEqual(2);
    expect((await runner.order(4)).launch).toMatchObject({ user: 'ann', env: { A: 'b' }, program: { argv: ['true'] } });
    expect(runner.received('stop')).toMatchObject([{ jobId: 3, by: 'user' }]);
    for (const jobId of [2, 4]) runner.reportEnd({ jobId, attempt: 1 });
    runner.reportEnd({ jobId: 3, attempt: 1 }, { kind: 'stopped', by: 'user', code: null, signal: 15 });
    for (const jobId of [2, 3, 4]) await runner.acknowledged(jobId);
    expect((await client.jobList()).jobs.map(({ state }) => state)).toEqual(['completed', 'cancelled', 'completed', 'failed']);
    expect((await client.nodeShow({ params: { name: 'here' } })).cpus_allocated).toBe(0);
  });
});

/** A store as the first version left it, with rows. */
async function leaveFirstVersion(place: string): Promise<void> {
  const backend = await openBackend(place);
  const db = backend.writer as unknown as Kysely<unknown>;
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ '0001-first-schema': firstSchema }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new Error('the first schema could not be made', { cause: error });
  for (const [table, rows] of ROWS) for (const row of rows) await insert(db, table, row);
  await backend.writer.destroy();
}

async function insert(db: Kysely<unknown>, table: string, row: Record<string, unknown>): Promise<void> {
  const names = sql.join(Object.keys(row).map((name) => sql.ref(name)));
  await sql`insert into ${sql.table(table)} (${names}) values (${sql.join(Object.values(row))})`.execute(db);
}
