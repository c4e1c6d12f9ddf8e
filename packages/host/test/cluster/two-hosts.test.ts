import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventually } from '../eventually.ts';
import { postgresOfFile, redisOfFile } from '../servers/file-servers.ts';
import { TestHost } from '../test-host.ts';
import { TwoHosts } from './two-hosts.ts';

// Servers are stopped and started again.
vi.setConfig({ testTimeout: 120_000 });

let hosts: TwoHosts;
beforeEach(async () => {
  hosts = await TwoHosts.start({ heartbeatMs: 200 });
});
afterEach(() => hosts[Symbol.asyncDispose]());

const health = async (host: TwoHosts['leader']) => (await host.inject({ url: '/api/health', token: null })).json<Record<string, unknown>>();

describe('two hosts on one store', () => {
  test('say who schedules', async () => {
    const { leader, standby } = hosts;
    expect(await health(leader)).toMatchObject({ status: 'healthy', leader: true, leading_host: leader.config.hostId });
    const answer = await eventually(async () => ((said) => said['leading_host'] !== null && said)(await health(standby)));
    expect(answer).toMatchObject({ status: 'healthy', leader: false, host: standby.config.hostId, leading_host: leader.config.hostId });
  });

  test('take each other’s jobs: submitted on the one that does not schedule, run by a node that is connected to it', async () => {
    const { leader, standby } = hosts;
    const runner = await standby.connectedRunner('node');
    const job = await standby.client().jobCreate({ body: { command: ['true'] } });
    const order = await runner.order(job.job_id);
    runner.reportRunning(order);
    await leader.jobIn(job.job_id, 'running');
    runner.reportEnd(order);
    await runner.acknowledged(job.job_id);
    await leader.jobIn(job.job_id, 'completed');
    await standby.jobIn(job.job_id, 'completed');
  });

  test('do a request once that both are sent at the same time under one key', async () => {
    const request = { body: { command: ['true'] }, headers: { 'idempotency-key': 'k' } };
    const clients = [hosts.leader.client(), hosts.standby.client()];
    const answers = await Promise.all([...clients, ...clients].map((client) => client.jobCreate(request)));
    expect(new Set(answers.map(({ job_id: id }) => id)).size).toBe(1);
    expect((await hosts.leader.client().jobList()).total).toBe(1);
  });

  test('tell of each other’s events in order and once', async () => {
    const { leader, standby } = hosts;
    const seen: number[] = [];
    standby.running.services.hub.subscribe((event) => seen.push(event.seq));
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? leader : standby).client().jobCreate({ body: { command: ['true'] } })),
    );
    const last = await standby.client().eventList({ query: { limit: 1000 } });
    await eventually(() => seen.includes(last.last_seq));
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    const all = last.events.map(({ seq }) => seq);
    expect(seen.filter((seq) => seq <= last.last_seq)).toEqual(all.filter((seq) => seq >= (seen[0] ?? 0)));
  });

  test('read the logs of each other’s nodes with the caller’s own rights', async () => {
    const { leader, standby } = hosts;
    const runner = await standby.connectedRunner('node');
    const text = Buffer.from('from afar\n');
    runner.onReadLog = ({ offset }) => ({ offset, size: text.length, ended: true, data: text.subarray(offset) });
    const job = await leader.client().jobCreate({ body: { command: ['true'] } });
    runner.reportEnd(await runner.order(job.job_id));
    await leader.jobIn(job.job_id, 'completed');
    const params = { job_id: job.job_id };
    expect(Buffer.from(await leader.client().jobLogs({ params })).toString()).toBe('from afar\n');
    const answer = await leader.inject({ url: `/api/jobs/${job.job_id}/logs?offset=5` });
    expect(answer.headers).toMatchObject({ 'weir-log-offset': '5', 'weir-log-next': '10', 'weir-log-ended': 'true' });
    const stranger = await leader.addUser('stranger');
    const refused = await leader.inject({ url: `/api/jobs/${job.job_id}/logs`, token: stranger });
    expect([403, 404]).toContain(refused.statusCode);
    await runner.disconnect();
    await eventually(
      async () =>
        (await leader.inject({ url: `/api/jobs/${job.job_id}/logs` })).json<{ error: { code: string } }>().error.code ===
        'node_unreachable',
    );
  });

  test('end the waits of somebody whose token the other one took back', async () => {
    const { leader, standby } = hosts;
    await leader.client().userCreate({ body: { name: 'ann' } });
    const { token, secret } = await leader.client().tokenCreate({ body: { kind: 'user', user: 'ann' } });
    const waiting = standby.client(secret).eventList({ query: { after: Number.MAX_SAFE_INTEGER, wait_ms: 60_000 } });
    waiting.catch(() => undefined);
    await eventually(() => standby.running.services.hub.listenerCount === 1);
    await leader.client().tokenRevoke({ params: { id: token.id } });
    await expect(waiting).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('end what a node runs whichever of them removes it, and give its job to another', async () => {
    const { leader, standby } = hosts;
    const runner = await standby.connectedRunner('away');
    const { job_id: id } = await leader.client().jobCreate({ body: { command: ['true'], requeue: true } });
    runner.reportRunning(await runner.order(id));
    await leader.jobIn(id, 'running');
    await leader.client().nodeRemove({ params: { name: 'away' }, query: { force: 'true' } });
    await eventually(() => runner.closed);
    expect(runner.received('removed')).toHaveLength(1);
    const other = await leader.connectedRunner('other');
    await other.order(id, 2);
  });

  test('hand a node over: the host it was connected to closes the old session', async () => {
    const { leader, standby } = hosts;
    const runner = await leader.connectedRunner('node');
    const before = leader.running.services.sessions.find('node');
    expect(before).toBeDefined();
    await runner.connect(standby.running.url);
    await eventually(() => leader.running.services.sessions.find('node') === undefined);
    expect(before?.isOpen).toBe(false);
    const job = await leader.client().jobCreate({ body: { command: ['true'] } });
    await runner.order(job.job_id);
    expect(standby.running.services.sessions.find('node')).toBeDefined();
  });

  test('hand over leadership at once when the leader stops', async () => {
    const { leader, standby } = hosts;
    const runner = await standby.connectedRunner('node');
    await leader.halt();
    const job = await standby.client().jobCreate({ body: { command: ['true'] } });
    await runner.order(job.job_id);
    expect(await health(standby)).toMatchObject({ leader: true });
  });
});

test('a host that is gone is taken out, and its nodes are offline', async () => {
  const { leader } = hosts;
  const runner = await leader.connectedRunner('node');
  await runner.disconnect();
  const { store } = leader.running.services;
  await eventually(async () => (await leader.client().eventList()).events.some(({ type }) => type === 'node.offline'));
  await store.write(async ({ db }) => {
    await db.insertInto('hosts').values({ id: 'gone', url: 'http://127.0.0.1:1', place: '', started_at: 0, beat: 1 }).execute();
    await db.updateTable('nodes').set({ session_host: 'gone' }).where('name', '=', 'node').execute();
  });
  await eventually(async () => {
    const row = await store.read.selectFrom('nodes').select('session_host').where('name', '=', 'node').executeTakeFirst();
    return row?.session_host === null;
  });
  const ids = (await store.read.selectFrom('hosts').select('id').execute()).map(({ id }) => id);
  expect(ids.sort()).toEqual([leader.config.hostId, hosts.standby.config.hostId].sort());
});

test('a host on a copy of the home of one that lives does not start, and disturbs nobody', async () => {
  const { leader } = hosts;
  await leader.connectedRunner('node');
  const { hostId, storeUrl, redisUrl, heartbeatMs } = leader.config;
  const place = { hostId, storeUrl, heartbeatMs, ...(redisUrl === undefined ? {} : { redisUrl }) };
  await using copy = new TestHost(place);
  await expect(copy.start()).rejects.toMatchObject({
    code: 'state_conflict',
    message: expect.stringContaining(`the host at ${leader.running.url} lives under the id of this one`) as string,
    detail: { field: 'host-id', value: hostId },
  });
  expect(await health(leader)).toMatchObject({ status: 'healthy', leader: true });
  const { events } = await leader.client().eventList();
  expect(events.filter(({ type }) => type === 'node.offline')).toEqual([]);
  await leader.halt();
  await copy.start();
  expect(await health(copy)).toMatchObject({ status: 'healthy', host: hostId });
});

describe('Redis', () => {
  const key = async (...command: string[]) => (await redisOfFile()).call(...command);
  const registered = () => eventually(async () => (await key('HGET', 'worker:node', 'status')) === 'online');

  test('has the registry and the cache, and gets them back after it lost everything', async () => {
    const runner = await hosts.standby.connectedRunner('node');
    await registered();
    expect(await key('HMGET', 'worker:node', 'worker_id', 'cpus', 'hostname')).toEqual(['node', '4', 'machine']);
    expect(Number(await key('TTL', 'worker:node'))).toBeGreaterThan(0);
    const job = await hosts.leader.client().jobCreate({ body: { command: ['true'], cpus: 3 } });
    const order = await runner.order(job.job_id);
    await eventually(async () => (await key('GET', 'resource:allocated_cpus')) === '3');
    await key('FLUSHALL');
    runner.reportRunning(order);
    runner.reportEnd(order);
    await hosts.leader.jobIn(job.job_id, 'completed');
    await eventually(async () => (await key('GET', 'resource:allocated_cpus')) === '0');
  });

  test('may be away: jobs run, health says degraded and not unhealthy, and it is filled again when it is back', async () => {
    const redis = await redisOfFile();
    const runner = await hosts.standby.connectedRunner('node');
    await registered();
    await redis.process.end('SIGKILL');
    try {
      const job = await hosts.standby.client().jobCreate({ body: { command: ['true'] } });
      runner.reportEnd(await runner.order(job.job_id));
      await hosts.leader.jobIn(job.job_id, 'completed');
      const said = await eventually(async () =>
        ((answer) => (answer['checks'] as { redis: string }).redis !== 'ok' && answer)(await health(hosts.leader)),
      );
      expect(said).toMatchObject({ status: 'healthy' });
    } finally {
      await redis.process.start();
    }
    await registered();
    await eventually(async () => (await key('GET', 'resource:allocated_cpus')) === '0');
  });
});

describe('PostgreSQL away', () => {
  test('means 503 for callers; sessions stay, and what runners reported meanwhile arrives', async () => {
    const postgres = await postgresOfFile();
    const { leader, standby } = hosts;
    const runner = await standby.connectedRunner('node');
    const job = await leader.client().jobCreate({ body: { command: ['true'] } });
    const order = await runner.order(job.job_id);
    runner.reportRunning(order);
    await leader.jobIn(job.job_id, 'running');
    await postgres.process.end('SIGQUIT');
    const refused = await leader.inject({ method: 'POST', url: '/api/jobs', payload: { command: ['true'] } });
    expect(refused).toMatchObject({ statusCode: 503 });
    expect(refused.json()).toMatchObject({ error: { code: 'store_unavailable' } });
    expect((await leader.inject({ url: `/api/jobs/${job.job_id}` })).statusCode).toBe(503);
    expect((await leader.inject({ url: '/api/health', token: null })).statusCode).toBe(503);
    runner.reportEnd(order);
    await eventually(() => runner.closed);
    expect(runner.received('endedAck')).toEqual([]);
    await postgres.process.start();
    await eventually(() =>
      runner.connect().then(
        () => true,
        () => false,
      ),
    );
    runner.reportEnd(order);
    await runner.acknowledged(job.job_id);
    await eventually(async () => (await leader.inject({ url: `/api/jobs/${job.job_id}` })).json<{ state: string }>().state === 'completed');
    await eventually(async () => (await health(leader))['status'] === 'healthy');
    const next = await standby.client().jobCreate({ body: { command: ['true'] } });
    await runner.order(next.job_id);
  });
});
