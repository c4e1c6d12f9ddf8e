import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventually } from '../eventually.ts';
import { FakeRunner } from '../fake-runner.ts';
import { newClusterStore } from '../servers/file-servers.ts';
import { HostProcess } from './host-process.ts';

// Two processes start, and one waits until the other is silent for long enough.
vi.setConfig({ testTimeout: 120_000 });

let leader: HostProcess;
let standby: HostProcess;
let runner: FakeRunner;
/** Orders that the node got, each as job.attempt. */
const started: string[] = [];

beforeEach(async () => {
  const { storeUrl, redisUrl } = await newClusterStore();
  const env = { WEIR_STORE: storeUrl, WEIR_REDIS: redisUrl, WEIR_HEARTBEAT_MS: '500' };
  leader = new HostProcess('first', env);
  standby = new HostProcess('second', env);
  await leader.start();
  await eventually(async () => (await leader.health()).leader);
  await standby.start();
  started.length = 0;
  runner = new FakeRunner({ url: standby.url, node: 'second', token: standby.nodeToken });
  runner.inventory = { ...runner.inventory, cpus: 64 };
  runner.onStart = (order) => {
    started.push(`${order.jobId}.${order.attempt}`);
    runner.reportRunning(order);
    runner.reportEnd(order);
  };
  await runner.connect();
  runner.beat(200);
});
afterEach(async () => {
  await runner.disconnect();
  await standby[Symbol.asyncDispose]();
  await leader[Symbol.asyncDispose]();
});

const submit = (host: HostProcess, count: number) =>
  Promise.all(Array.from({ length: count }, () => host.client.jobCreate({ body: { command: ['true'] } }).catch(() => undefined)));
const whenCompleted = (jobId: number) =>
  eventually(async () => ((job) => job.state === 'completed' && job)(await standby.client.jobShow({ params: { job_id: jobId } })));

test('a leader that is killed is replaced within seconds, and nothing runs twice', async () => {
  const before = await submit(standby, 20);
  const under = submit(leader, 20);
  await leader.end('SIGKILL');
  const answered = [...before, ...(await under)].flatMap((job) => (job === undefined ? [] : [job.job_id]));
  const after = await standby.client.jobCreate({ body: { command: ['true'] } });
  await whenCompleted(after.job_id);
  for (const id of answered) expect(await whenCompleted(id)).toMatchObject({ attempt: 1 });
  expect(await standby.health()).toMatchObject({ leader: true });
  expect(new Set(started).size).toBe(started.length);
});

test('a leader that is stopped and continued is fenced: it finds that another one schedules, and nothing runs twice', async () => {
  leader.signal('SIGSTOP');
  const jobs = await submit(standby, 10);
  for (const job of jobs) await whenCompleted(job?.job_id ?? 0);
  expect(await standby.health()).toMatchObject({ leader: true });
  leader.signal('SIGCONT');
  const more = await Promise.all([submit(leader, 10), submit(standby, 10)]);
  for (const job of more.flat()) expect(await whenCompleted(job?.job_id ?? 0)).toMatchObject({ attempt: 1 });
  // Its session with the database ended while it stood: it is unhealthy until it has another one.
  await eventually(() =>
    leader.health().then(
      ({ leader: leads }) => !leads,
      () => false,
    ),
  );
  expect(await standby.health()).toMatchObject({ leader: true });
  expect(new Set(started).size).toBe(started.length);
});
