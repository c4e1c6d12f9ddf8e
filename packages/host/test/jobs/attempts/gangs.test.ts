import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client, Job } from '@weir/contract';
import { eventually } from '../../eventually.ts';
import type { FakeRunner, StartFrame } from '../../fake-runner.ts';
import { TestHost } from '../../test-host.ts';

let host: TestHost;
let client: Client;
let runners: FakeRunner[];
beforeEach(async () => {
  host = await TestHost.start({ lostAfterMs: 600, leaseMs: 300 });
  client = host.client();
  runners = [];
  for (const node of ['here', 'there']) {
    const runner = await host.runner(node);
    runner.inventory = { ...runner.inventory, address: `${node}.lab` };
    await runner.connect();
    runner.beat(50);
    runners.push(runner);
  }
  const body = { command: ['true'], nodes: 2 };
  await eventually(async () => (await client.jobDryRun({ body }).catch(() => undefined))?.kind === 'starting_now');
});
afterEach(() => host[Symbol.asyncDispose]());

const submit = (over: object = {}) => client.jobCreate({ body: { command: ['true'], nodes: 2, cpus: 3, ...over } });
const show = (job: Job) => client.jobShow({ params: { job_id: job.job_id } });
const heldOn = async (node: string) => (await client.nodeShow({ params: { name: node } })).cpus_allocated;
const typesOf = async (jobId: number) => (await client.eventList({ query: { job_id: jobId } })).events.map((event) => event.type);

/** The orders of an attempt with the runners that got them, by rank. */
async function ordersOf(job: Job, attempt = 1): Promise<{ runner: FakeRunner; order: StartFrame }[]> {
  const orders = await Promise.all(runners.map(async (runner) => ({ runner, order: await runner.order(job.job_id, attempt) })));
  return orders.sort((left, right) => left.order.launch.gang.rank - right.order.launch.gang.rank);
}

async function runningGang(over: object = {}) {
  const job = await submit(over);
  const members = await ordersOf(job);
  for (const { runner, order } of members) runner.reportRunning(order);
  await host.jobIn(job.job_id, 'running');
  await eventually(async () => {
    const rows = await host.running.services.store.read.selectFrom('resource_allocations').select('started_at').execute();
    return rows.every((row) => row.started_at !== null);
  });
  return { job, first: members[0]!, second: members[1]! };
}

describe('a job of two nodes', () => {
  test('starts on both at once; each gets its rank, all names and addresses, and one port to meet at', async () => {
    const job = await submit({ ntasks_per_node: 3 });
    const [first, second] = await ordersOf(job);
    expect([first!.order.launch.gang.rank, second!.order.launch.gang.rank]).toEqual([0, 1]);
    const nodes = [first!, second!].map(({ runner }) => ({ name: runner.node, address: `${runner.node}.lab` }));
    for (const { order } of [first!, second!]) {
      expect(order.launch.gang).toMatchObject({ nodes, masterPort: first!.order.launch.gang.masterPort, tasksPerNode: 3, cpusPerTask: 1 });
    }
    expect(await show(job)).toMatchObject({ state: 'starting', node: first!.runner.node, members: [{ rank: 0 }, { rank: 1 }] });
    expect([await heldOn('here'), await heldOn('there')]).toEqual([3, 3]);
  });

  test('waits while only one node has room, and takes nothing meanwhile', async () => {
    const blocker = await client.jobCreate({ body: { command: ['true'], cpus: 3, target: { node: 'there' } } });
    const order = await runners[1]!.order(blocker.job_id);
    const job = await submit();
    const small = await client.jobCreate({ body: { command: ['true'], cpus: 1, target: { node: 'there' } } });
    expect(await show(job)).toMatchObject({ state: 'pending' });
    expect(await heldOn('here')).toBe(0);
    runners[1]!.reportEnd(order);
    await runners[1]!.order(small.job_id);
    await ordersOf(job);
  });

  test('runs when its first part runs, gives back each part by itself, and completes with the last', async () => {
    const { job, first, second } = await runningGang();
    first.runner.reportEnd(first.order);
    await first.runner.acknowledged(job.job_id);
    expect(await show(job)).toMatchObject({ state: 'running', members: [{ released: true }, { released: false }] });
    expect([await heldOn(first.runner.node), await heldOn(second.runner.node)]).toEqual([0, 3]);
    const next = await client.jobCreate({ body: { command: ['true'], cpus: 4 } });
    await first.runner.order(next.job_id);
    second.runner.reportEnd(second.order);
    expect(await host.jobIn(job.job_id, 'completed')).toMatchObject({ exit_code: 0, reason: null });
    expect((await typesOf(job.job_id)).filter((type) => type === 'job.started' || type === 'job.ended')).toEqual([
      'job.started',
      'job.ended',
    ]);
  });

  test('ends as its first part that fails; the others are told to stop and their ends change nothing of it', async () => {
    const { job, first, second } = await runningGang({ grace_ms: 5 });
    second.runner.reportEnd(second.order, { kind: 'exited', code: 3 });
    const stop = await eventually(() => first.runner.received('stop')[0]);
    const { node } = second.runner;
    expect(await show(job)).toMatchObject({ failed_rank: 1, reason: `being ended: rank 1 on ${node} ended first` });
    expect(stop).toEqual({ type: 'stop', jobId: job.job_id, attempt: 1, by: 'gang', graceMs: 5, signal: 'TERM' });
    expect(second.runner.received('stop')).toEqual([]);
    first.runner.reportEnd(first.order, { kind: 'stopped', by: 'gang', code: null, signal: 15 });
    expect(await host.jobIn(job.job_id, 'failed')).toMatchObject({
      exit_code: 3,
      failed_rank: 1,
      reason: `rank 1 on ${node}: exited with code 3`,
      members: [
        { exit_code: null, exit_signal: 15, reason: 'another node of the job ended first' },
        { exit_code: 3, exit_signal: null, reason: 'exited with code 3' },
      ],
    });
    const { events } = await client.eventList({ query: { job_id: job.job_id } });
    expect(events.at(-1)).toMatchObject({ type: 'job.ended', data: { failed_rank: 1, reason: `rank 1 on ${node}: exited with code 3` } });
  });

  test('takes an end that is told twice, or by a node that has no part in it, for nothing', async () => {
    const { job, first, second } = await runningGang();
    const stranger = await host.connectedRunner('elsewhere');
    stranger.reportEnd({ jobId: job.job_id, attempt: 1 }, { kind: 'exited', code: 9 });
    await stranger.acknowledged(job.job_id);
    first.runner.reportEnd(first.order);
    first.runner.reportEnd(first.order, { kind: 'exited', code: 9 });
    await eventually(() => first.runner.received('endedAck').length === 2);
    expect(await show(job)).toMatchObject({ state: 'running' });
    second.runner.reportEnd(second.order);
    await host.jobIn(job.job_id, 'completed');
  });

  test('goes back to the queue when a part was never started before any ran', async () => {
    const job = await submit();
    const [first, second] = await ordersOf(job);
    second!.runner.reportEnd(second!.order, { kind: 'never_started' });
    await eventually(() => first!.runner.received('stop')[0]);
    first!.runner.reportEnd(first!.order, { kind: 'stopped', by: 'gang', code: null, signal: 9 });
    const again = await ordersOf(job, 2);
    for (const { runner, order } of again) runner.reportRunning(order);
    expect(await host.jobIn(job.job_id, 'running')).toMatchObject({ attempt: 2, members: [{ rank: 0 }, { rank: 1 }] });
  });

  test.each<[string, object, string]>([
    ['is lost with one of its nodes', {}, 'lost'],
    ['goes back to the queue with one of its nodes when it asked to', { requeue: true }, 'pending'],
  ])('%s; what runs on the other is stopped first', async (_sentence, over, state) => {
    const { job } = await runningGang(over);
    const [here, there] = runners;
    await there!.disconnect();
    await eventually(() => here!.received('stop')[0]);
    expect(await show(job)).toMatchObject({ state: 'running' });
    here!.reportEnd({ jobId: job.job_id, attempt: 1 }, { kind: 'stopped', by: 'gang', code: null, signal: 15 });
    await eventually(async () => (await show(job)).state === state);
    expect(await heldOn('here')).toBe(0);
    expect((await there!.connect()).attempts).toEqual([]);
  });

  test('cancelled, is stopped on every node and ends cancelled with the last of them', async () => {
    const { job, first, second } = await runningGang();
    await client.jobCancel({ params: { job_id: job.job_id } });
    for (const { runner, order } of [first, second]) {
      expect(await eventually(() => runner.received('stop')[0])).toMatchObject({ by: 'user' });
      runner.reportEnd(order, { kind: 'stopped', by: 'user', code: null, signal: 15 });
    }
    await host.jobIn(job.job_id, 'cancelled');
    expect([await heldOn('here'), await heldOn('there')]).toEqual([0, 0]);
  });

  test('cancelled after a part failed, ends cancelled when the rest says so', async () => {
    const { job, first, second } = await runningGang();
    second.runner.reportEnd(second.order, { kind: 'lost', reason: 'process_vanished' });
    await eventually(() => first.runner.received('stop')[0]);
    await client.jobCancel({ params: { job_id: job.job_id } });
    await eventually(() => first.runner.received('stop').find(({ by }) => by === 'user'));
    first.runner.reportEnd(first.order, { kind: 'stopped', by: 'user', code: null, signal: 15 });
    await host.jobIn(job.job_id, 'cancelled');
  });

  test('is frozen and let run on on every node', async () => {
    const { job, first, second } = await runningGang();
    const pausing = client.jobPause({ params: { job_id: job.job_id } });
    for (const { runner, order } of [first, second]) {
      await eventually(() => runner.received('pause')[0]);
      runner.reportRunning(order, true);
    }
    expect(await pausing).toMatchObject({ state: 'paused' });
    await first.runner.disconnect();
    void client.jobResume({ params: { job_id: job.job_id } });
    await eventually(() => second.runner.received('resume')[0]);
    await first.runner.connect();
    await eventually(() => first.runner.received('resume')[0]);
  });
});

describe('a runner that comes back', () => {
  test('gets the order of its part again although the other part runs already', async () => {
    const job = await submit();
    const [first, second] = await ordersOf(job);
    await second!.runner.disconnect();
    second!.runner.attempts.clear();
    first!.runner.reportRunning(first!.order);
    await host.jobIn(job.job_id, 'running');
    await second!.runner.connect();
    await eventually(() => second!.runner.received('start').length === 2);
    expect(second!.runner.received('start')[1]).toEqual(second!.order);
    expect(await show(job)).toMatchObject({ state: 'running', attempt: 1 });
  });

  test('with a part that ran and is forgotten, loses the job', async () => {
    const { job, first, second } = await runningGang();
    await second.runner.disconnect();
    second.runner.attempts.clear();
    await second.runner.connect();
    await eventually(() => first.runner.received('stop')[0]);
    first.runner.reportEnd(first.order, { kind: 'stopped', by: 'gang', code: null, signal: 15 });
    expect(await host.jobIn(job.job_id, 'lost')).toMatchObject({
      failed_rank: 1,
      reason: `rank 1 on ${second.runner.node}: its process vanished without a trace`,
    });
  });
});
