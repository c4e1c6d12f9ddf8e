import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client, Job, Outcome } from '@weir/contract';
import { eventually } from '../eventually.ts';
import { NOON, type FakeRunner } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';

let host: TestHost;
let client: Client;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
});
afterEach(() => host[Symbol.asyncDispose]());

const submit = (over: object = {}) => client.jobCreate({ body: { command: ['true'], ...over } });

/** A job whose first attempt runs on the runner. */
async function running(runner: FakeRunner, over: object = {}): Promise<Job> {
  const job = await submit(over);
  runner.reportRunning(await runner.order(job.job_id));
  return host.jobIn(job.job_id, 'running');
}

const heldAllocations = () =>
  host.running.services.store.read.selectFrom('resource_allocations').selectAll().where('released', '=', 0).execute();

const typesOf = async (jobId: number) => (await client.eventList({ query: { job_id: jobId } })).events.map((event) => event.type);

test('a job goes from submit over its start and its run to an acknowledged end', async () => {
  const runner = await host.connectedRunner();
  const job = await submit({
    command: ['echo', 'x'],
    name: 'n',
    env: { A: '1' },
    workdir: '/tmp',
    cpus: 2,
    memory_bytes: 1 << 20,
    gpus: 1,
    time_limit_ms: 9,
    grace_ms: 7,
  });
  expect(job).toMatchObject({ state: 'pending', attempt: 0, node: null, started_at: null, command: ['echo', 'x'] });
  const order = await runner.order(job.job_id);
  expect(order.launch).toEqual({
    name: 'n',
    user: 'root',
    program: { kind: 'command', argv: ['echo', 'x'] },
    env: { A: '1' },
    workdir: '/tmp',
    cpus: 2,
    memoryBytes: 1 << 20,
    gpuIds: [0],
    timeLimitMs: 9,
    graceMs: 7,
    executor: 'process',
    cpuIds: [],
    numa: null,
    stdout: null,
    stderr: null,
    array: null,
    gang: {
      rank: 0,
      nodes: [{ name: 'here', address: '127.0.0.1' }],
      masterPort: expect.any(Number) as number,
      tasksPerNode: 1,
      cpusPerTask: 2,
    },
  });
  expect(await host.jobIn(job.job_id, 'starting')).toMatchObject({ attempt: 1, node: 'here', gpu_ids: [0] });
  expect(await client.nodeShow({ params: { name: 'here' } })).toMatchObject({
    cpus_allocated: 2,
    memory_bytes_allocated: 1 << 20,
    jobs: 1,
  });
  runner.reportRunning(order);
  expect(await host.jobIn(job.job_id, 'running')).toMatchObject({ started_at: NOON, reason: null });
  runner.reportEnd(order);
  await runner.acknowledged(job.job_id);
  const ended = await client.jobShow({ params: { job_id: job.job_id } });
  expect(ended).toMatchObject({ state: 'completed', exit_code: 0, exit_signal: null, reason: null, ended_at: '2026-01-31T12:00:02.500Z' });
  expect(await heldAllocations()).toEqual([]);
  expect(await typesOf(job.job_id)).toEqual(['job.submitted', 'job.starting', 'job.started', 'job.ended']);
});

const OUTCOMES: [Outcome, Partial<Job>][] = [
  [
    { kind: 'exited', code: 0 },
    { state: 'completed', exit_code: 0, reason: null },
  ],
  [
    { kind: 'exited', code: 3 },
    { state: 'failed', exit_code: 3, reason: 'exited with code 3' },
  ],
  [
    { kind: 'signaled', signal: 9 },
    { state: 'failed', exit_code: null, exit_signal: 9, reason: 'killed by signal 9' },
  ],
  [
    { kind: 'stopped', by: 'user', code: null, signal: 15 },
    { state: 'cancelled', exit_signal: 15, reason: 'cancelled by request' },
  ],
  [
    { kind: 'stopped', by: 'time_limit', code: 1, signal: null },
    { state: 'timed_out', exit_code: 1, reason: 'ran into its time limit' },
  ],
  [
    { kind: 'stopped', by: 'superseded', code: null, signal: 9 },
    { state: 'lost', exit_signal: 9 },
  ],
  [
    { kind: 'oom_killed', limitBytes: 5 },
    { state: 'oom_killed', exit_code: null, reason: 'used more than its memory limit of 5 bytes' },
  ],
  [
    { kind: 'start_failed', message: 'no {such} file' },
    { state: 'failed', reason: 'could not be started: no {such} file' },
  ],
  [
    { kind: 'lost', reason: 'process_vanished' },
    { state: 'lost', reason: 'its process vanished without a trace' },
  ],
];

test.each(OUTCOMES)('the outcome %j is shown as %j', async (outcome, expected) => {
  const runner = await host.connectedRunner();
  const job = await running(runner);
  runner.reportEnd({ jobId: job.job_id, attempt: 1 }, outcome);
  await runner.acknowledged(job.job_id);
  expect(await client.jobShow({ params: { job_id: job.job_id } })).toMatchObject(expected);
  expect(await heldAllocations()).toEqual([]);
});

test('an end that is told twice is acknowledged twice and counted once', async () => {
  const runner = await host.connectedRunner();
  const job = await running(runner);
  runner.reportEnd({ jobId: job.job_id, attempt: 1 });
  runner.reportEnd({ jobId: job.job_id, attempt: 1 }, { kind: 'exited', code: 9 });
  await eventually(() => runner.received('endedAck').length === 2);
  expect(await client.jobShow({ params: { job_id: job.job_id } })).toMatchObject({ state: 'completed', exit_code: 0 });
  expect((await typesOf(job.job_id)).filter((type) => type === 'job.ended')).toHaveLength(1);
});

test('an acknowledged end is committed: another connection reads it', async () => {
  const runner = await host.connectedRunner();
  const job = await running(runner);
  const seen = new Promise<string>((resolve) => {
    const { frames } = runner;
    const push = frames.push.bind(frames);
    frames.push = (...items) => {
      if (items.some((frame) => frame.type === 'endedAck'))
        void host.running.services.store.read
          .selectFrom('jobs')
          .select('state')
          .where('id', '=', job.job_id)
          .executeTakeFirstOrThrow()
          .then((row) => resolve(row.state));
      return push(...items);
    };
  });
  runner.reportEnd({ jobId: job.job_id, attempt: 1 });
  expect(await seen).toBe('completed');
});

test('an attempt that was never started goes back to the queue and starts as the next one', async () => {
  const runner = await host.connectedRunner();
  const job = await submit();
  runner.reportEnd(await runner.order(job.job_id), { kind: 'never_started' });
  const second = await runner.order(job.job_id, 2);
  runner.reportEnd({ jobId: job.job_id, attempt: 1 }, { kind: 'exited', code: 1 });
  runner.reportRunning(second);
  expect(await host.jobIn(job.job_id, 'running')).toMatchObject({ attempt: 2 });
  expect(await heldAllocations()).toHaveLength(1);
  runner.reportEnd(second);
  await host.jobIn(job.job_id, 'completed');
  expect(await heldAllocations()).toEqual([]);
});

describe('cancel', () => {
  test('ends a waiting job at once, and only once', async () => {
    const job = await submit();
    const first = await client.jobCancel({ params: { job_id: job.job_id } });
    expect(first).toMatchObject({ state: 'cancelled', reason: 'cancelled by request' });
    expect(await client.jobCancel({ params: { job_id: job.job_id } })).toEqual(first);
    expect(await typesOf(job.job_id)).toEqual(['job.submitted', 'job.ended']);
    const runner = await host.connectedRunner();
    const other = await submit();
    await runner.order(other.job_id);
    expect(runner.received('start').map(({ jobId }) => jobId)).toEqual([other.job_id]);
  });

  test.each(['starting', 'running'] as const)('stops a %s job through its runner, and says so once', async (state) => {
    const runner = await host.connectedRunner();
    const job = await submit({ grace_ms: 5 });
    const order = await runner.order(job.job_id);
    if (state === 'running') runner.reportRunning(order);
    await host.jobIn(job.job_id, state);
    expect(await client.jobCancel({ params: { job_id: job.job_id } })).toMatchObject({ state, reason: 'being cancelled' });
    await client.jobCancel({ params: { job_id: job.job_id } });
    const stop = await eventually(() => runner.received('stop')[0]);
    expect(stop).toEqual({ type: 'stop', jobId: job.job_id, attempt: 1, by: 'user', graceMs: 5, signal: 'TERM' });
    runner.reportEnd(order, { kind: 'stopped', by: 'user', code: null, signal: 15 });
    await host.jobIn(job.job_id, 'cancelled');
    expect((await typesOf(job.job_id)).filter((type) => type === 'job.stopping')).toHaveLength(1);
  });

  test('is told to a runner that was away when it returns', async () => {
    const runner = await host.connectedRunner();
    const job = await running(runner);
    await runner.disconnect();
    await client.jobCancel({ params: { job_id: job.job_id } });
    expect(runner.received('stop')).toEqual([]);
    await runner.connect();
    await eventually(() => runner.received('stop')[0]);
  });

  test('of an order that its node never had ends the job without starting it', async () => {
    const runner = await host.connectedRunner();
    const job = await submit();
    await runner.order(job.job_id);
    await runner.disconnect();
    runner.attempts.clear();
    await client.jobCancel({ params: { job_id: job.job_id } });
    const orders = runner.received('start').length;
    await runner.connect();
    await host.jobIn(job.job_id, 'cancelled');
    expect(runner.received('start')).toHaveLength(orders);
    expect(await heldAllocations()).toEqual([]);
  });

  test('holds when the process vanished or was never started meanwhile', async () => {
    const runner = await host.connectedRunner();
    for (const outcome of [{ kind: 'never_started' }, { kind: 'lost', reason: 'process_vanished' }] as const) {
      const job = await running(runner, { requeue: true });
      await client.jobCancel({ params: { job_id: job.job_id } });
      runner.reportEnd({ jobId: job.job_id, attempt: 1 }, outcome);
      expect(await host.jobIn(job.job_id, 'cancelled')).toMatchObject({ attempt: 1 });
    }
  });
});

test('a job that no known node could hold is refused with what there is', async () => {
  await host.connectedRunner();
  await expect(submit({ cpus: 5 })).rejects.toMatchObject({
    code: 'resources_never_fit',
    message: expect.stringMatching(/5 CPUs.* 4/) as string,
  });
});

test('a job waits for a node, then for room, and says so', async () => {
  expect(await submit({ cpus: 3 })).toMatchObject({ reason: 'no node is online' });
  const runner = await host.connectedRunner();
  await eventually(() => runner.received('start')[0]);
  expect(await submit({ cpus: 2 })).toMatchObject({ state: 'pending', reason: 'no node that it may use has 2 CPUs free' });
});

test('a job whose row cannot be placed ends alone, and those planned with it start', async () => {
  const poison = await submit();
  await host.running.services.store.write(async ({ db }) => {
    await db
      .insertInto('resource_allocations')
      .values({
        job_id: poison.job_id,
        attempt: 1,
        rank: 0,
        node_name: 'here',
        allocated_cpus: 0,
        cpu_ids: '[]',
        memory_bytes: 0,
        gpu_ids: '[]',
        released: 1,
        allocated_at: 0,
        released_at: 0,
      })
      .execute();
  });
  const sound = await submit();
  const runner = await host.connectedRunner();
  await runner.order(sound.job_id);
  expect(await host.jobIn(poison.job_id, 'failed')).toMatchObject({ reason: expect.stringContaining('could not be placed') as string });
});
