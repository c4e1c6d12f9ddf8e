import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client, Job } from '@weir/contract';
import { eventually } from '../../eventually.ts';
import type { FakeRunner } from '../../fake-runner.ts';
import { TestHost } from '../../test-host.ts';

let host: TestHost;
let client: Client;
let runner: FakeRunner;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
  runner = await host.connectedRunner();
});
afterEach(() => host[Symbol.asyncDispose]());

const submit = (over: object = {}) => client.jobCreate({ body: { command: ['true'], cpus: 4, ...over } });
const stopOf = (job: Job) => eventually(() => runner.received('stop').find(({ jobId }) => jobId === job.job_id));
const madeRoom = { kind: 'stopped', by: 'preempted', code: null, signal: 15 } as const;

/** A running job, and one of a higher class that needs its room. */
async function preempting(over: object = {}) {
  const low = await submit(over);
  const order = await runner.order(low.job_id);
  runner.reportRunning(order);
  await host.jobIn(low.job_id, 'running');
  const high = await submit({ class: 'urgent' });
  const stop = await stopOf(low);
  return { low, order, high, stop };
}

describe('a job of a lower class', () => {
  test('gets its checkpoint signal and its grace, goes back to the queue and starts again after the other', async () => {
    const { low, order, high, stop } = await preempting({ class: 'scavenger', checkpoint_signal: 'USR1', grace_ms: 7 });
    expect(stop).toEqual({ type: 'stop', jobId: low.job_id, attempt: 1, by: 'preempted', graceMs: 7, signal: 'USR1' });
    expect(await client.jobShow({ params: { job_id: low.job_id } })).toMatchObject({ state: 'running' });
    runner.reportEnd(order, madeRoom);
    const urgent = await runner.order(high.job_id);
    expect(await host.jobIn(low.job_id, 'pending')).toMatchObject({ preemptions: 1, exit_signal: null });
    runner.reportEnd(urgent);
    const again = await runner.order(low.job_id, 2);
    runner.reportEnd(again);
    await host.jobIn(low.job_id, 'completed');
    const types = (await client.eventList({ query: { job_id: low.job_id } })).events.map((event) => event.type);
    expect(types.filter((type) => type === 'job.preempting' || type === 'job.requeued')).toEqual(['job.preempting', 'job.requeued']);
  });

  test('that can be run again goes back too; another one ends cancelled with the reason', async () => {
    for (const requeue of [true, false]) {
      const { low, order, high } = await preempting({ requeue });
      runner.reportEnd(order, madeRoom);
      const urgent = await runner.order(high.job_id);
      if (requeue) await host.jobIn(low.job_id, 'pending');
      else expect(await host.jobIn(low.job_id, 'cancelled')).toMatchObject({ reason: 'made room for a job of a higher class' });
      if (requeue) await client.jobCancel({ params: { job_id: low.job_id } });
      runner.reportEnd(urgent);
      await runner.acknowledged(high.job_id);
    }
  });

  test('that ends by itself meanwhile has ended so', async () => {
    const { low, order, high } = await preempting({ class: 'scavenger' });
    runner.reportEnd(order);
    expect(await host.jobIn(low.job_id, 'completed')).toMatchObject({ preemptions: 0 });
    await runner.order(high.job_id);
  });

  test('that is cancelled while it makes room stays cancelled', async () => {
    const { low, order, high } = await preempting({ class: 'scavenger' });
    await client.jobCancel({ params: { job_id: low.job_id } });
    await eventually(() => runner.received('stop').find(({ by }) => by === 'user'));
    runner.reportEnd(order, madeRoom);
    await host.jobIn(low.job_id, 'cancelled');
    await runner.order(high.job_id);
  });

  test('whose runner was away hears of it when it is back, after a restart of the host too', async () => {
    const low = await submit({ class: 'scavenger', checkpoint_signal: 'HUP' });
    runner.reportRunning(await runner.order(low.job_id));
    await host.jobIn(low.job_id, 'running');
    const high = await submit({ class: 'urgent' });
    await stopOf(low);
    await host.halt();
    await host.start();
    client = host.client();
    await runner.connect(host.running.url);
    const stops = await eventually(() => ((all) => all.length >= 2 && all)(runner.received('stop')));
    expect(stops.at(-1)).toMatchObject({ by: 'preempted', signal: 'HUP' });
    runner.reportEnd({ jobId: low.job_id, attempt: 1 }, madeRoom);
    await runner.order(high.job_id);
  });
});
