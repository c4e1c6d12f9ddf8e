import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CompatHealth, HakuriverNode, HakuriverSubmitted, HakuriverTask } from '@weir/contract';
import { eventually } from '../../eventually.ts';
import type { FakeRunner } from '../../fake-runner.ts';
import { TestHost } from '../../test-host.ts';

let host: TestHost;
let runner: FakeRunner;
beforeAll(async () => {
  host = await TestHost.start();
  runner = await host.connectedRunner();
  const away = await host.connectedRunner('away');
  await away.disconnect();
  await host.running.services.store.write(({ db }) => db.updateTable('nodes').set({ state: 'lost' }).where('name', '=', 'away').execute());
});
afterAll(() => host[Symbol.asyncDispose]());

const post = (url: string, payload: object = {}) => host.inject({ method: 'POST', url, payload });
const get = async <T>(url: string): Promise<T> => {
  const answer = await host.inject({ url });
  expect([url, answer.statusCode]).toEqual([url, 200]);
  return answer.json<T>();
};
const submit = async (body: object): Promise<HakuriverSubmitted> => {
  const answer = await post('/submit', { required_cores: 0, ...body });
  expect([answer.statusCode, answer.body]).toEqual([202, expect.anything()]);
  return answer.json();
};
const submitOne = async (body: object): Promise<number> => Number((await submit(body)).task_ids[0]);
const statusOf = async (id: number) => (await get<HakuriverTask>(`/status/${id}`)).status;
const reach = (id: number, status: string) => eventually(async () => (await statusOf(id)) === status);

test('a task goes their road: submit, status, kill, and 409 after that', async () => {
  const body = { task_type: 'command', command: 'sleep', arguments: ['60'], env_vars: { A: 'b' }, required_memory_bytes: 2 ** 20 };
  const id = await submitOne(body);
  const order = await runner.order(id);
  expect(order.launch.program).toEqual({ kind: 'command', argv: ['sleep', '60'] });
  expect(await statusOf(id)).toBe('assigning');
  runner.reportRunning(order);
  await reach(id, 'running');
  expect(await get(`/status/${id}`)).toMatchObject({
    task_id: String(id),
    batch_id: String(id),
    task_type: 'command',
    command: 'sleep',
    arguments: ['60'],
    env_vars: { A: 'b' },
    required_cores: 0,
    required_gpus: [],
    required_memory_bytes: 2 ** 20,
    assigned_node: 'here',
    exit_code: null,
    error_message: null,
    completed_at: null,
    stdout_path: null,
    stderr_path: null,
    assignment_suspicion_count: 0,
    systemd_unit_name: null,
  });
  const kill = await post(`/kill/${id}`);
  expect([kill.statusCode, kill.json()]).toEqual([202, { message: `Kill requested for task ${id}` }]);
  await eventually(() => runner.received('stop').find((frame) => frame.jobId === id));
  runner.reportEnd(order, { kind: 'stopped', by: 'user', code: null, signal: 15 });
  await reach(id, 'killed');
  expect((await post(`/kill/${id}`)).statusCode).toBe(409);
  expect((await post('/kill/999999')).statusCode).toBe(404);
});

test('a task whose output was asked for elsewhere tells the paths on its node, once it has one', async () => {
  const paths = async (id: number) => {
    const { stdout_path: stdout, stderr_path: stderr } = await get<HakuriverTask>(`/status/${id}`);
    return [stdout, stderr];
  };
  const body = { command: ['true'], name: 'a/b', workdir: '/data/run', stdout: './logs/%n-%j.out', stderr: '/data/run/%N.err' };
  const { job_id: id } = await host.client().jobCreate({ body });
  const order = await runner.order(id);
  expect(await paths(id)).toEqual([`/data/run/logs/a_b-${id}.out`, '/data/run/here.err']);
  runner.reportEnd(order);
  const own = await host.client().jobCreate({ body: { command: ['true'], stdout: 'own.txt' } });
  runner.reportEnd(await runner.order(own.job_id));
  expect(await paths(own.job_id)).toEqual([null, null]);
  const later = { ...body, begin_at: '2126-01-31T12:00:00.000Z' };
  const { job_id: waiting } = await host.client().jobCreate({ body: later });
  expect(await paths(waiting)).toEqual([null, null]);
  await post(`/kill/${waiting}`);
});

test('pause needs a running task, resume a paused one', async () => {
  const id = await submitOne({ command: 'true' });
  const order = await runner.order(id);
  expect((await post(`/command/${id}/pause`)).statusCode).toBe(400);
  runner.reportRunning(order);
  await reach(id, 'running');
  for (const [verb, paused, status] of [
    ['pause', true, 'paused'],
    ['resume', false, 'running'],
  ] as const) {
    const answer = post(`/command/${id}/${verb}`);
    await eventually(() => runner.received(verb).find((frame) => frame.jobId === id));
    runner.reportRunning(order, paused);
    expect((await answer).json()).toEqual({ message: `Task ${id} is ${status}` });
  }
  expect((await post(`/command/${id}/stop`)).statusCode).toBe(404);
  await post(`/kill/${id}`);
});

test('ends have their names and codes', async () => {
  const ends = [
    [{ kind: 'exited', code: 0 }, 'completed', 0],
    [{ kind: 'exited', code: 7 }, 'failed', 7],
    [{ kind: 'signaled', signal: 9 }, 'failed', 137],
    [{ kind: 'oom_killed', limitBytes: 1 }, 'killed_oom', null],
    [{ kind: 'lost', reason: 'process_vanished' }, 'lost', -1],
  ] as const;
  for (const [outcome, status, exitCode] of ends) {
    const id = await submitOne({ command: 'true' });
    runner.reportEnd(await runner.order(id), outcome);
    await reach(id, status);
    expect((await get<HakuriverTask>(`/status/${id}`)).exit_code).toBe(exitCode);
  }
});

test('output comes whole and as text, however large, in pieces', async () => {
  const size = 40 * 1024 * 1024 + 7;
  const asked: number[] = [];
  runner.onReadLog = ({ offset, limit, stream }) => {
    asked.push(limit);
    const length = stream === 'stderr' ? 0 : Math.max(0, Math.min(limit, size - offset));
    return { offset, size, ended: true, data: new Uint8Array(length).fill(97) };
  };
  const id = await submitOne({ command: 'true' });
  runner.reportEnd(await runner.order(id));
  await reach(id, 'completed');
  const answer = await host.inject({ url: `/task/${id}/stdout` });
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(answer.rawPayload.byteLength).toBe(size);
  expect(Math.max(...asked)).toBeLessThanOrEqual(1024 * 1024);
  expect((await host.inject({ url: `/task/${id}/stderr` })).body).toBe('');
  expect((await host.inject({ url: '/task/999999/stdout' })).statusCode).toBe(404);
  const waiting = await submitOne({ command: 'true' });
  const none = await host.inject({ url: `/task/${waiting}/stdout` });
  expect([none.statusCode, none.json<{ detail: string }>().detail]).toEqual([404, `task ${waiting} has no stdout: it has not run`]);
  await post(`/kill/${waiting}`);
  const inlined = (await get<{ job_log: { stdout: string } }>(`/jobs/query/${id}`)).job_log.stdout;
  expect(inlined.startsWith('...（仅展示最后 1 行）...\na')).toBe(true);
  expect(inlined.length).toBeLessThan(1024 * 1024 + 100);
});

describe('targets', () => {
  test('that cannot take the task are told, the others have a task each', async () => {
    const answer = await submit({ command: 'true', targets: ['here', 'away', 'nowhere'] });
    expect(answer).toMatchObject({
      message: '1 task queued',
      failed_targets: [
        { target: 'away', reason: 'node "away" is not online: it is lost' },
        { target: 'nowhere', reason: 'there is no node "nowhere"' },
      ],
    });
    expect(answer.task_ids).toHaveLength(1);
    expect(await get(`/status/${answer.task_ids[0] ?? ''}`)).toMatchObject({ assigned_node: 'here' });
  });

  test('with GPUs get those', async () => {
    const id = await submitOne({ command: 'true', targets: ['here'], required_gpus: [[0]] });
    expect((await runner.order(id)).launch.gpuIds).toEqual([0]);
    expect(await get(`/status/${id}`)).toMatchObject({ required_gpus: [0] });
    runner.reportEnd(await runner.order(id));
    const anywhere = await submitOne({ command: 'true', required_gpus: [[0]] });
    runner.reportEnd(await runner.order(anywhere));
  });

  test('that are all bad are 503, with the reasons', async () => {
    const answer = await post('/submit', { command: 'true', targets: ['away', 'nowhere:1'] });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({
      task_ids: [],
      detail: expect.stringContaining('away: node "away" is not online') as string,
      failed_targets: [{ target: 'away' }, { target: 'nowhere:1' }],
    });
  });
});

describe('what there is not here is refused with a text', () => {
  test.each([
    [{ command: 'true', container_name: 'torch' }, 'container_name', 'runs no containers'],
    [{ command: 'true', privileged: true }, 'privileged', 'runs no containers'],
    [{ command: 'true', additional_mounts: ['/a:/b'] }, 'additional_mounts', 'runs no containers'],
    [{ command: 'ssh-ed25519 AAAA', task_type: 'vps' }, 'task_type', 'has no VPS'],
    [{ command: 'true', targets: ['here'], required_gpus: [[0], [0]] }, 'required_gpus', 'one list per target'],
    [{ command: 'true', required_gpus: [[0], [0]] }, 'required_gpus', 'give one'],
    [{ command: 'true', targets: ['a/b'] }, 'targets.0', 'must match'],
    [{ command: ' ' }, 'command', 'must match'],
    [{ command: 'true', cores: 1 }, 'cores', 'is not a field'],
  ])('%j', async (body, field, message) => {
    const answer = await post('/submit', body);
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining(message) as string, error: { field } });
  });

  test.each([
    ['POST', '/register'],
    ['PUT', '/heartbeat/node-1'],
    ['POST', '/update'],
  ] as const)('%s %s, of runners', async (method, url) => {
    const answer = await host.inject({ method, url, payload: { hostname: 'x' }, token: null });
    expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([410, expect.stringContaining('weir node join')]);
  });
});

test('container NULL asks for the systemd executor, and nulls for nothing', async () => {
  const nulls = { env_vars: null, arguments: null, required_gpus: null, required_memory_bytes: null, targets: null, container_name: null };
  runner.reportEnd(await runner.order(await submitOne({ command: 'true', ...nulls, privileged: null, additional_mounts: [] })));
  runner.inventory = { ...runner.inventory, executors: [...runner.inventory.executors, { kind: 'systemd', usable: true, notes: [] }] };
  await runner.disconnect();
  await runner.connect();
  const id = await submitOne({ command: 'true', container_name: 'NULL' });
  expect((await runner.order(id)).launch.executor).toBe('systemd');
});

test('nodes, tasks and health have their field names', async () => {
  const nodes = await get<HakuriverNode[]>('/nodes');
  expect(nodes.find(({ hostname }) => hostname === 'here')).toMatchObject({
    url: '127.0.0.1',
    total_cores: 4,
    cores_in_use: 0,
    available_cores: 4,
    status: 'online',
    numa_topology: null,
    gpu_info: [{ gpu_id: 0, name: 'gpu', memory_total_mib: 1024, gpu_utilization: -1 }],
  });
  expect(nodes.find(({ hostname }) => hostname === 'away')).toMatchObject({ status: 'offline' });
  const tasks = await get<HakuriverTask[]>('/tasks?limit=2');
  expect(tasks).toHaveLength(2);
  expect(Number(tasks[0]?.task_id)).toBeGreaterThan(Number(tasks[1]?.task_id));
  for (const path of ['/vps', '/vps/status']) expect(await get(path)).toEqual([]);
  expect(await get('/docker/list')).toEqual({});
  const health = await get<CompatHealth>('/health');
  expect(health).toMatchObject({ status: 'healthy', service: 'weir', aggregate: [{ totalNodes: 2, onlineNodes: 1, totalCores: 4 }] });
  expect(health.nodes[0]?.map(({ hostname }) => hostname)).toEqual(['away', 'here']);
  expect((await get<CompatHealth>('/health?hostname=here')).nodes[0]).toHaveLength(1);
  expect((await host.inject({ url: '/health?hostname=nowhere' })).statusCode).toBe(404);
});
