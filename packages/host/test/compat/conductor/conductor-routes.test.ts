import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConductorDashboard, ConductorQuery, Outcome } from '@weir/contract';
import { eventually } from '../../eventually.ts';
import type { FakeRunner } from '../../fake-runner.ts';
import { TestHost } from '../../test-host.ts';

let host: TestHost;
let runner: FakeRunner;
beforeAll(async () => {
  host = await TestHost.start();
  runner = await host.connectedRunner();
  runner.inventory = { ...runner.inventory, cpus: 96 };
  await runner.disconnect();
  await runner.connect();
});
afterAll(() => host[Symbol.asyncDispose]());

const FULL = {
  job: {
    account: 'compute_project',
    environment: { OMP_NUM_THREADS: '8' },
    current_working_directory: '/data/simulations/run001',
    standard_output: 'simulation.out',
    standard_error: 'simulation.err',
    ntasks_per_node: 2,
    cpus_per_task: 4,
    memory_per_node: '1G',
    name: 'molecular_dynamics',
    time_limit: '120',
    partition: 'compute-high-mem',
    exclusive: false,
  },
  script: '#!/bin/bash\nset -e\n./run_simulation\n',
};
const post = (url: string, body: object, token?: string) =>
  host.inject({ method: 'POST', url, payload: body, ...(token === undefined ? {} : { token }) });
const submit = async (body: object, url = '/jobs/submit'): Promise<number> => {
  const answer = await post(url, body);
  expect([answer.statusCode, answer.body]).toEqual([201, expect.stringMatching(/^{"job_id":"\d+"}$/)]);
  return Number(answer.json<{ job_id: string }>().job_id);
};
const query = async (id: number, url = `/jobs/query/${id}`) => (await host.inject({ url })).json<ConductorQuery>();
const queryOnce = (id: number, state: string) => eventually(async () => ((job) => job.state === state && job)(await query(id)));
const endWith = async (id: number, outcome: Outcome) => {
  const order = await runner.order(id);
  runner.reportRunning(order);
  runner.reportEnd(order, outcome);
  await runner.acknowledged(id);
};

test('hello: submitted, pending, running, completed, with its text, and the CPUs are free again', async () => {
  const text = Buffer.from('hello\n');
  runner.onReadLog = (frame) => {
    const data = frame.stream === 'stdout' ? text.subarray(frame.offset) : new Uint8Array();
    return { offset: frame.offset, size: data.length, ended: true, data };
  };
  const id = await submit(FULL);
  const order = await runner.order(id);
  expect(await query(id)).toMatchObject({ job_id: String(id), state: 'PENDING', detail: { exit_code: ':' }, error_msg: null });
  runner.reportRunning(order);
  expect(await queryOnce(id, 'RUNNING')).toMatchObject({
    time: { start_time: '2026-01-31T12:00:00.000Z', end_time: null, limit_time: '2:00:00' },
    detail: { job_name: 'molecular_dynamics', allocated_cpus: 8, node_list: 'here', allocated_nodes: 1 },
  });
  runner.reportEnd(order);
  await runner.acknowledged(id);
  expect(await query(id)).toMatchObject({
    state: 'COMPLETED',
    error_msg: null,
    time: { elapsed_time: '0-00:00:02', end_time: '2026-01-31T12:00:02.500Z' },
    job_log: { stdout: 'hello\n', stderr: '' },
    detail: {
      exit_code: '0:0',
      work_dir: '/data/simulations/run001',
      data_source: 'API',
      user: 'compute_project',
      account: 'compute_project',
      partition: 'compute-high-mem',
    },
  });
  expect((await host.inject({ url: '/dashboard' })).json()).toMatchObject({ resource_stats: { total_cpus: 96, allocated_cpus: 0 } });
});

describe('every dialect is taken', () => {
  const paths = ['/jobs/submit', '/api/v1/jobs', '/api/v1/jobs/submit', '/api/jobs/submit'];
  const short = { job: { name: 'b', account: 'lab', cpus_per_task: 1, ntasks_per_node: 1 }, script: 'true' };
  const flat = { script: 'sleep 60', cpus: 4, time_limit: 10 };
  test.each(paths)('at %s: whole, short and flat', async (path) => {
    for (const body of [FULL, short, flat]) {
      const id = await submit(body, path);
      const { detail, time } = await query(id, `/api/v1/jobs/${id}`);
      expect(detail.allocated_cpus).toBe(body === FULL ? 8 : body === flat ? 4 : 1);
      expect(time.limit_time).toBe(body === FULL ? '2:00:00' : body === flat ? '0:10:00' : 'UNLIMITED');
      expect((await post(`/api/v1/jobs/${id}/cancel`, {})).json()).toEqual({ msg: '取消成功' });
    }
  });

  test.each([
    [{ ...FULL, script: ' ' }, 'script'],
    [{ script: 'true', cpu: 2 }, 'cpu'],
    [{ script: 'true', cpus: 0 }, 'cpus'],
    [{ script: 'true', cpus: 1, cpus_per_task: 1 }, 'cpus'],
    [{ script: 'true', ntasks_per_node: 65536, cpus_per_task: 2 }, 'cpus_per_task'],
    [{ script: 'true', job: { nam: 'x' } }, 'job.nam'],
    [{ script: 'true', job: { memory_per_node: 'lots' } }, 'job.memory_per_node'],
    [{ script: 'true', job: { time_limit: 'soon' } }, 'job.time_limit'],
    [{ script: 'true', time_limit: '1:2:3:4' }, 'time_limit'],
    [{ script: 'true', job: { current_working_directory: 'here' } }, 'job.current_working_directory'],
    [{ script: 'true', job: { name: 'a\u0000' } }, 'job.name'],
    [{ script: 'true', job: {}, cpus: 2 }, 'cpus'],
    [{ script: 'true', job: { current_working_directory: '/data', standard_error: 'a%z' } }, 'job.standard_error'],
    [{ script: 'true', current_working_directory: '/data', standard_output: 'a%z' }, 'standard_output'],
    [{ job: FULL.job }, 'script'],
  ])('but %j is refused, naming %s', async (body, field) => {
    const answer = await post('/jobs/submit', body);
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining(field) as string, error: { field } });
  });
});

test.each([
  ['0', null],
  ['000', null],
  ['0T', null],
  ['1K', 1024 ** 2],
  ['512k', 1024 ** 2],
  ['1025K', 1025 * 1024],
  ['1', 1024 ** 2],
  ['0002g', 2 * 1024 ** 3],
  ['0000000000000000002M', 2 * 1024 ** 2],
])('an amount of memory as %s reserves %s bytes', async (amount, bytes) => {
  for (const body of [
    { script: 'true', memory_per_node: amount },
    { script: 'true', job: { memory_per_node: amount } },
  ]) {
    const id = await submit(body);
    expect(await host.client().jobShow({ params: { job_id: id } })).toMatchObject({ memory_bytes: bytes });
    await post(`/jobs/cancel/${id}`, {});
  }
});

test.each(['999999T', '9999999999999999999T'])('an amount of memory as %s is refused as more than any node has', async (amount) => {
  const answer = await post('/jobs/submit', { script: 'true', memory_per_node: amount });
  expect(answer.statusCode).toBe(422);
  expect(answer.json()).toMatchObject({ detail: expect.stringMatching(/memory/) as string, error: { code: 'resources_never_fit' } });
});

test.each<[string, Outcome, string, string | null]>([
  ['FAILED', { kind: 'exited', code: 3 }, '3:0', 'exited with code 3'],
  ['FAILED', { kind: 'signaled', signal: 9 }, '0:9', 'killed by signal 9'],
  ['FAILED', { kind: 'oom_killed', limitBytes: 5 }, '0:9', 'used more than its memory limit of 5 bytes'],
  ['FAILED', { kind: 'stopped', by: 'time_limit', code: null, signal: 15 }, '-1:0', 'ran into its time limit'],
  ['FAILED', { kind: 'start_failed', message: 'no such directory' }, '-1:0', 'could not be started: no such directory'],
  ['FAILED', { kind: 'lost', reason: 'process_vanished' }, '-999:0', 'its process vanished without a trace'],
])('an end as %s after %j has the exit code %s', async (...[state, outcome, exitCode, message]) => {
  const id = await submit({ script: 'exit 3' });
  await endWith(id, outcome);
  expect(await query(id)).toMatchObject({ state, error_msg: message, detail: { exit_code: exitCode } });
});

describe('a cancel', () => {
  test('ends a waiting and a running job, once, and stays', async () => {
    const running = await submit({ script: 'sleep 60', exclusive: false });
    runner.reportRunning(await runner.order(running));
    await queryOnce(running, 'RUNNING');
    expect((await post(`/jobs/cancel/${running}`, {})).json()).toEqual({ msg: '取消成功' });
    const order = await eventually(() => runner.received('stop').find((frame) => frame.jobId === running));
    runner.reportEnd(order, { kind: 'stopped', by: 'user', code: null, signal: 15 });
    await runner.acknowledged(running);
    for (const again of [1, 2]) {
      expect([again, (await post(`/jobs/cancel/${running}`, {})).statusCode]).toEqual([again, 200]);
      expect(await query(running)).toMatchObject({ state: 'CANCELLED', detail: { exit_code: '-1:15' } });
    }
    const filler = await submit({ script: 'sleep 60', cpus: 96 });
    const waiting = await submit({ script: 'sleep 60', cpus: 96 });
    for (const id of [waiting, filler]) await post(`/jobs/cancel/${id}`, {});
    expect(await query(waiting)).toMatchObject({ state: 'CANCELLED', time: { start_time: null }, detail: { exit_code: '-1:15' } });
  });

  test.each([
    ['POST', '/jobs/cancel/999999'],
    ['GET', '/jobs/query/999999'],
  ] as const)('or a query of what is not there is 404 in their words: %s %s', async (method, url) => {
    const answer = await host.inject({ method, url });
    expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([404, '作业 999999 未找到']);
  });
});

describe('a poison job fails alone', () => {
  test.each([
    { script: 'true # {job_id} %s $(x) \u{1F600}', name: "{0}'; drop table jobs;--", environment: { A: '{x}' } },
    { script: `true # ${'x'.repeat(900_000)}` },
    { script: 'true', standard_output: 'x/{job_id}/o.txt', current_working_directory: '/data' },
  ])('and the next is scheduled after it (%#)', async (body) => {
    const poison = await submit(body);
    const next = await submit({ script: 'true' });
    for (const id of [poison, next]) await endWith(id, { kind: 'exited', code: 0 });
    expect((await query(next)).state).toBe('COMPLETED');
    expect((await host.inject({ url: '/health', token: null })).json()).toMatchObject({ status: 'healthy' });
  });
  test.each(['/jobs/query/9223372036854775808', '/jobs/query/{id}', '/jobs/query/1%00'])('%s is no server error', async (url) => {
    expect((await host.inject({ url })).statusCode).toBeOneOf([404, 422]);
  });
});

describe('a path outside the working directory is refused at submit', () => {
  test.each(['/etc/passwd', '../../x', 'a/../../x', '/', '.', '/data/../etc/shadow', '/data'])('%s', async (path) => {
    for (const name of ['standard_output', 'standard_error']) {
      const answer = await post('/jobs/submit', { script: 'true', job: { current_working_directory: '/data', [name]: path } });
      expect(answer.statusCode).toBe(422);
      expect(answer.json()).toMatchObject({ error: { code: 'path_not_allowed', field: `job.${name}`, value: path } });
    }
  });
});

describe('who asks', () => {
  test('is known: nobody 401, another user 404, a charge to a foreign account 403, and each write is in the audit log', async () => {
    const ann = await host.addUser('ann');
    const mine = await submit({ script: 'true' });
    expect((await host.inject({ method: 'POST', url: '/jobs/submit', payload: FULL, token: null })).statusCode).toBe(401);
    expect((await host.inject({ url: `/jobs/query/${mine}`, token: ann })).statusCode).toBe(404);
    expect((await post(`/jobs/cancel/${mine}`, {}, ann)).statusCode).toBe(404);
    expect((await post('/jobs/submit', FULL, ann)).statusCode).toBe(403);
    await post(`/jobs/cancel/${mine}`, {});
    const { entries } = await host.client().auditList({ query: { subject: `job:${mine}` } });
    expect(entries.map(({ action, actor }) => [action, actor])).toEqual([
      ['job.cancel', 'root'],
      ['job.submit', 'root'],
    ]);
  });
});

test('the dashboard tells the truth, with at most twenty of each', async () => {
  await using fleet = await TestHost.start();
  const ask = async (url = '/dashboard') => (await fleet.inject({ url })).json<ConductorDashboard>();
  expect(await ask()).toMatchObject({ resource_stats: { total_cpus: 0, utilization_rate: 0 }, node_info: [] });
  const first = await fleet.connectedRunner();
  await fleet.connectedRunner('there');
  for (let count = 0; count < 30; count += 1) await fleet.client().jobCreate({ body: { script: 'true', cpus: 4 } });
  const started = await eventually(() => first.received('start')[0]);
  first.reportRunning(started);
  await fleet.jobIn(started.jobId, 'running');
  const shown = await ask();
  expect(shown.job_stats).toEqual({ total: 30, running: 1, pending: 29, completed: 0, failed: 0, cancelled: 0 });
  expect(shown.resource_stats).toEqual({ total_cpus: 8, allocated_cpus: 8, available_cpus: 0, utilization_rate: 100 });
  expect(shown.resources).toEqual(shown.resource_stats);
  expect(shown.node_info.map(({ node_name }) => node_name)).toEqual(['here', 'there']);
  expect(shown.node_info[0]).toMatchObject({
    partition: 'default',
    total_cpus: 4,
    allocated_cpus: 4,
    available: true,
    utilization_rate: 100,
  });
  expect(shown.running_jobs).toEqual([expect.objectContaining({ job_id: started.jobId, state: 'RUNNING', allocated_cpus: 4 })]);
  expect(shown.pending_jobs.map(({ job_id }) => job_id)).toEqual(Array.from({ length: 20 }, (_, place) => 30 - place));
  expect(await ask('/api/v1/dashboard')).toEqual(shown);
});

test('the service names itself, and every answer its request and its time', async () => {
  const answer = await host.inject({ url: '/', token: null, headers: { 'x-request-id': 'abc' } });
  expect(answer.json()).toEqual({ service: 'Weir', version: '0.1.0', status: 'running' });
  expect(answer.headers['x-request-id']).toBe('abc');
  expect(answer.headers['x-process-time']).toMatch(/^\d+\.\d{3}$/);
});
