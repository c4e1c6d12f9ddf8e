import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client } from '@weir/contract';
import { repairDrift } from '../../src/scheduler/mirror/drift-check.ts';
import { Mirror } from '../../src/scheduler/mirror/mirror.ts';
import { eventually } from '../eventually.ts';
import { INVENTORY } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';

let host: TestHost;
let client: Client;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
});
afterEach(() => host[Symbol.asyncDispose]());

const submit = (over: object = {}) => client.jobCreate({ body: { command: ['true'], ...over } });

/** A copy that follows the host's store beside the host's own. */
function openMirror(): Promise<Mirror> {
  return Mirror.open({ store: host.running.services.store, policy: host.config.policy, log: host.logger() });
}

/** What two copies must agree on. */
function picture({ copy }: Mirror) {
  return {
    waiting: [...copy.waiting.ids].sort((left, right) => left - right),
    queued: copy.fleet.waiting,
    held: [...copy.held.keys()].sort(),
    rooms: [...copy.nodes].map(({ node }) => [node.name, node.away, node.labels, copy.fleet.room(node.name)]).sort(),
    reservations: copy.reservations,
  };
}

describe('the copy of the queue', () => {
  test('that followed everything is the one that a start reads', async () => {
    const followed = await openMirror();
    const [here, there] = [await host.runner('here'), await host.runner('there')];
    for (const runner of [here, there]) await runner.connect();
    const jobs = [];
    for (let index = 0; index < 12; index += 1)
      jobs.push(await submit({ cpus: index % 3, nodes: index % 5 === 0 ? 2 : 1, time_limit_ms: 1000 }));
    await submit({ array: '1-20%3' });
    await submit({ begin_at: new Date(Date.now() + 3_600_000).toISOString() });
    await submit({ depends: [{ kind: 'afterok', job_id: jobs[1]!.job_id }] });
    const [order] = await eventually(() => ((orders) => orders.length > 2 && orders)(here.received('start')));
    here.reportRunning(order!);
    here.reportEnd(order!, { kind: 'exited', code: 1 });
    await here.acknowledged(order!.jobId);
    await client.jobCancel({ params: { job_id: jobs.at(-1)!.job_id } });
    await client.jobUpdate({ params: { job_id: jobs.at(-2)!.job_id }, body: { priority: -5 } }).catch(() => undefined);
    await client.nodeDrain({ params: { name: 'there' }, body: {} });
    await followed.settled();
    const read = await openMirror();
    await followed.settled();
    expect(picture(followed)).toEqual(picture(read));
    expect(picture(read).held.length).toBeGreaterThan(2);
  });

  test('that missed a change finds and repairs it, and says so', async () => {
    const runner = await host.connectedRunner();
    const mirror = await openMirror();
    const [kept, gone] = [await submit({ cpus: 64, hold: true }), await submit({ cpus: 64, hold: true })];
    await mirror.settled();
    const { store } = host.running.services;
    expect(await repairDrift(mirror, store.read, host.logger())).toBe(0);
    // Changes without events: what a bug or a hand in the database would do.
    await store.write(async ({ db }) => {
      await db.updateTable('jobs').set({ state: 'cancelled', ended_at: 1 }).where('id', '=', gone.job_id).execute();
    });
    const busy = await submit();
    await runner.order(busy.job_id);
    await mirror.settled();
    await store.write(async ({ db }) => {
      await db.updateTable('jobs').set({ state: 'failed', ended_at: 1 }).where('id', '=', busy.job_id).execute();
      await db.updateTable('resource_allocations').set({ released: 1 }).where('job_id', '=', busy.job_id).execute();
    });
    expect(await repairDrift(mirror, store.read, host.logger())).toBe(2);
    expect(picture(mirror)).toMatchObject({ waiting: [kept.job_id], held: [] });
    expect(host.logLines.some((line) => line.includes('differed from the store'))).toBe(true);
    expect(await repairDrift(mirror, store.read, host.logger())).toBe(0);
  });

  test('that has nodes and reservations wrong finds and repairs them, and says so', async () => {
    const runner = await host.connectedRunner('busy');
    for (const name of ['drained', 'grown', 'labelled', 'same']) await host.connectedRunner(name);
    await client.nodeDrain({ params: { name: 'drained' }, body: {} });
    await client.nodeLabel({ params: { name: 'labelled' }, body: { set: { rack: '1' } } });
    const times = { starts_at: '2126-01-01T00:00:00Z', ends_at: '2126-01-02T00:00:00Z' };
    await client.reservationCreate({ body: { name: 'forgotten', nodes: ['same'], ...times } });
    await client.reservationCreate({ body: { name: 'moved', nodes: ['grown'], ...times } });
    await runner.order((await submit({ cpus: 3, target: { node: 'busy' } })).job_id);
    const mirror = await openMirror();
    const { store } = host.running.services;
    expect(await repairDrift(mirror, store.read, host.logger())).toBe(0);

    const { copy } = mirror;
    const known = new Map([...copy.nodes].map((node) => [node.node.name, node]));
    const distort = (name: string, change: object) => copy.setNode({ address: '', node: { ...known.get(name)!.node, ...change } });
    copy.removeNode('busy');
    distort('drained', { away: [] });
    distort('grown', { cpus: 1 });
    distort('labelled', { labels: {} });
    distort('same', { name: 'gone' });
    copy.setLoad('same', 0.5);
    copy.setReservations(copy.reservations.flatMap((window) => (window.name === 'moved' ? [{ ...window, startsAt: 1 }] : [])));

    expect(await repairDrift(mirror, store.read, host.logger())).toBe(7);
    const read = await openMirror();
    expect(picture(mirror)).toEqual(picture(read));
    expect(host.logLines.some((line) => line.includes('"grown"') && line.includes('differed from the store'))).toBe(true);
    expect(await repairDrift(mirror, store.read, host.logger())).toBe(0);
  });

  test('knows a node that shrank below what it holds, and gives out nothing of it', async () => {
    const runner = await host.connectedRunner();
    const order = await runner.order((await submit({ cpus: 4, gpus: 1 })).job_id);
    await runner.disconnect();
    runner.inventory = { ...INVENTORY, cpus: 2, gpus: [] };
    await runner.connect();
    const waiting = await submit({ cpus: 1 });
    const mirror = await openMirror();
    expect(mirror.copy.fleet.room('here')?.cpus).toBeLessThanOrEqual(0);
    expect(picture(mirror).held).toEqual([`${order.jobId}.1@here`]);
    await host.halt();
    await host.start();
    client = host.client();
    await runner.connect(host.running.url);
    expect(await client.jobShow({ params: { job_id: waiting.job_id } })).toMatchObject({ state: 'pending' });
    runner.reportEnd(order);
    await runner.order(waiting.job_id);
  });

  test('of a long queue is read in pages and fully', async () => {
    const { store } = host.running.services;
    const job = await submit();
    const { id, ...row } = await store.read.selectFrom('jobs').selectAll().where('id', '=', job.job_id).executeTakeFirstOrThrow();
    await store.write(async ({ db }) => {
      for (let page = 0; page < 60; page += 1)
        await db
          .insertInto('jobs')
          .values(Array.from({ length: 200 }, () => row))
          .execute();
    });
    const mirror = await openMirror();
    expect(mirror.copy.waiting.ids.has(id)).toBe(true);
    expect([mirror.copy.fleet.waiting, mirror.copy.waiting.ids.size]).toEqual([12_001, 12_001]);
  });
});
