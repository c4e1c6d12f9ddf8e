import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError, type Client } from '@weir/contract';
import { SOLE_LEADER } from '../../src/cluster/leadership.ts';
import { makeRetentionLoop } from '../../src/jobs/retention/retention-loop.ts';
import { eventually } from '../eventually.ts';
import { TestHost } from '../test-host.ts';
import { submitBody } from '../workflows/submit-body.ts';

let host: TestHost;
let client: Client;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
});
afterEach(() => host[Symbol.asyncDispose]());

const body = { command: ['true'], env: { A: '1', B: '2' } };
const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });
const submit = (key: string, over: object = {}, as = client) => as.jobCreate({ body: { ...body, ...over }, ...keyed(key) });
const codeOf = (refused: Promise<unknown>) =>
  refused.then(
    () => 'taken',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
const jobIds = async () => (await client.jobList()).jobs.map(({ job_id: id }) => id);
const answers = () => host.running.services.store.read.selectFrom('idempotency_keys').selectAll().execute();

describe('the same request under the same key', () => {
  test('is answered as the first time and queues nothing', async () => {
    const first = await host.inject({ method: 'POST', url: '/api/jobs', headers: { 'idempotency-key': 'k' }, payload: body });
    const again = await host.inject({
      method: 'POST',
      url: '/api/jobs',
      headers: { 'Idempotency-Key': 'k' },
      payload: { env: { B: '2', A: '1' }, command: ['true'] },
    });
    expect([first.statusCode, again.statusCode]).toEqual([201, 201]);
    expect(again.json()).toEqual(first.json());
    expect(await jobIds()).toEqual([first.json<{ job_id: number }>().job_id]);
  });

  test('is answered as the first time when the job has gone on since', async () => {
    const runner = await host.connectedRunner();
    const job = await submit('k');
    await runner.order(job.job_id);
    runner.reportEnd({ jobId: job.job_id, attempt: 1 });
    await host.jobIn(job.job_id, 'completed');
    expect(await submit('k')).toEqual(job);
  });

  test('is answered as the first time although the queue is full by now', async () => {
    await client.userUpdate({ params: { name: 'root' }, body: { limits: { queued_jobs: 1 } } });
    const job = await submit('k');
    expect(await codeOf(submit('other'))).toBe('queue_full');
    expect(await submit('k')).toEqual(job);
  });

  test('is answered as the first time although its node is gone by now', async () => {
    const runner = await host.connectedRunner('away');
    const asked = { target: { node: 'away' }, begin_at: '2126-01-31T12:00:00.000Z' };
    const job = await submit('k', asked);
    await client.jobCancel({ params: { job_id: job.job_id } });
    await runner.disconnect();
    await client.nodeRemove({ params: { name: 'away' }, query: { force: 'true' } });
    let looks = 0;
    await eventually(async () => (await codeOf(submit(`other ${(looks += 1)}`, asked))) === 'node_not_found');
    expect(await submit('k', asked)).toEqual(job);
  });

  test('is answered as the first time by a host that was started anew', async () => {
    const job = await submit('k');
    await host.halt();
    await host.start();
    client = host.client();
    expect(await submit('k')).toEqual(job);
    expect(await jobIds()).toEqual([job.job_id]);
  });

  test('queues one job when it arrives several times at once', async () => {
    const jobs = await Promise.all(Array.from({ length: 8 }, () => submit('k')));
    expect(new Set(jobs.map(({ job_id: id }) => id)).size).toBe(1);
    expect(await jobIds()).toEqual([jobs[0]?.job_id]);
  });

  test('queues one batch, its refusals told again', async () => {
    const batch = { job: { command: ['true'] }, targets: [{ node: 'here' }, { node: 'nowhere' }] };
    await host.connectedRunner();
    const first = await client.batchCreate({ body: batch, ...keyed('k') });
    expect([first.jobs.length, first.refused.length]).toEqual([1, 1]);
    expect(await client.batchCreate({ body: batch, ...keyed('k') })).toEqual(first);
    expect(await jobIds()).toEqual([first.batch_id]);
  });

  test('creates one workflow', async () => {
    const first = await client.workflowCreate({ body: submitBody(), ...keyed('k') });
    expect(await client.workflowCreate({ body: submitBody(), ...keyed('k') })).toEqual(first);
    expect(await client.workflowList()).toHaveLength(1);
  });

  test('runs one query of a warehouse', async () => {
    const query = { params: { name: 'local' }, body: { sql: 'select 1' }, ...keyed('k') };
    const first = await client.warehouseQuery(query);
    expect(await client.warehouseQuery(query)).toEqual(first);
    expect(await jobIds()).toEqual([first.job_id]);
  });
});

describe('another request under the same key', () => {
  test('is refused, whatever it asks for', async () => {
    const job = await submit('k');
    const others = [
      submit('k', { name: 'other' }),
      submit('k', { target: { node: 'nowhere' } }),
      client.batchCreate({ body: { job: body, commands: [['true']] }, ...keyed('k') }),
      client.workflowCreate({ body: submitBody(), ...keyed('k') }),
    ];
    expect(await Promise.all(others.map(codeOf))).toEqual(others.map(() => 'idempotency_key_reused'));
    expect(await jobIds()).toEqual([job.job_id]);
  });

  test('is a matter of its own when another user sends it', async () => {
    const ann = host.client(await host.addUser('ann'));
    const [own, hers] = [await submit('k'), await submit('k', { name: 'hers' }, ann)];
    expect([own.user, hers.user]).toEqual(['root', 'ann']);
    expect(await submit('k', { name: 'hers' }, ann)).toEqual(hers);
  });
});

describe('what is kept', () => {
  test('a refusal is not: the request may succeed later', async () => {
    const asked = { depends: [{ kind: 'afterok', job_id: 1 }] };
    expect(await codeOf(submit('k', asked))).toBe('dependency_unknown');
    expect(await codeOf(submit('draft', { cpus: 1, class: 'nonsense' }))).toBe('invalid_input');
    expect(await answers()).toEqual([]);
    await client.jobCreate({ body });
    const job = await submit('k', asked);
    expect(await submit('k', asked)).toEqual(job);
  });

  test('nothing is of requests without a key and of dry runs', async () => {
    await client.jobCreate({ body });
    await host.inject({ method: 'POST', url: '/api/jobs/dry-run', headers: { 'idempotency-key': 'k' }, payload: body });
    expect(await answers()).toEqual([]);
    expect((await submit('k')).job_id).toBe(2);
  });

  test('an answer is for a day; then the key is new', async () => {
    const [old, young] = [await submit('old'), await submit('young')];
    const { store, sessions } = host.running.services;
    const yesterday = Date.now() - 24 * 3_600_000 - 1;
    await store.write(({ db }) => db.updateTable('idempotency_keys').set({ created_at: yesterday }).where('key', '=', 'old').execute());
    const retention = { jobsMs: 1e12, auditMs: 1e12 };
    const loop = makeRetentionLoop({ store, sessions, leadership: SOLE_LEADER, retention, log: host.logger() });
    loop.start();
    await eventually(async () => (await answers()).length === 1);
    await loop.stop();
    expect(await submit('young')).toEqual(young);
    expect((await submit('old')).job_id).toBeGreaterThan(old.job_id);
  });
});

describe('a key', () => {
  test.each([
    ['is not empty', ''],
    ['has at most 255 characters', 'k'.repeat(256)],
    ['has no NUL', 'a\0b'],
    ['is ASCII', 'schlüssel'],
    ['has no control characters', 'a\tb'],
  ])('%s', async (_, key) => {
    const refused = await host.inject({ method: 'POST', url: '/api/jobs', headers: { 'idempotency-key': key }, payload: body });
    expect([refused.statusCode, refused.json<{ error: { code: string; field: string } }>().error]).toMatchObject([
      422,
      { code: 'invalid_input', field: 'idempotency-key' },
    ]);
    expect(await jobIds()).toEqual([]);
  });

  test('may be all that is printable', async () => {
    const printable = Array.from({ length: 95 }, (_, place) => String.fromCharCode(32 + place))
      .join('')
      .trim();
    for (const key of [printable, 'k'.repeat(255)]) expect(await submit(key)).toEqual(await submit(key));
    expect(await jobIds()).toHaveLength(2);
  });
});
