import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client } from '@weir/contract';
import { eventually } from '../eventually.ts';
import { INVENTORY } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';

let host: TestHost;
let admin: Client;
beforeEach(async () => {
  host = await TestHost.start();
  admin = host.client();
});
afterEach(() => host[Symbol.asyncDispose]());

const here = { params: { name: 'here' } };
const submit = () => admin.jobCreate({ body: { command: ['true'] } });

describe('a drained node', () => {
  test('starts nothing more, keeps what it has, and takes jobs again when it is resumed', async () => {
    const runner = await host.connectedRunner();
    const before = await submit();
    await runner.order(before.job_id);
    expect(await admin.nodeDrain({ ...here, body: { reason: 'new disk' } })).toMatchObject({
      drained: true,
      drain_reason: 'new disk',
      jobs: 1,
    });
    runner.reportRunning({ jobId: before.job_id, attempt: 1 });
    await host.jobIn(before.job_id, 'running');
    const waiting = await submit();
    runner.reportEnd({ jobId: before.job_id, attempt: 1 });
    await host.jobIn(before.job_id, 'completed');
    expect((await admin.jobShow({ params: { job_id: waiting.job_id } })).state).toBe('pending');
    expect(runner.received('start').map(({ jobId }) => jobId)).toEqual([before.job_id]);
    expect(await admin.nodeResume(here)).toMatchObject({ drained: false, drain_reason: null });
    await runner.order(waiting.job_id);
  });

  test('stays drained when its runner comes back', async () => {
    const runner = await host.connectedRunner();
    await admin.nodeDrain({ ...here, body: {} });
    await runner.disconnect();
    await runner.connect();
    expect(await admin.nodeShow(here)).toMatchObject({ drained: true, drain_reason: null });
  });

  test('is told of in events and in the audit log', async () => {
    await host.connectedRunner();
    const { last_seq: after } = await admin.eventList();
    await admin.nodeDrain({ ...here, body: { reason: 'why' } });
    await admin.nodeResume(here);
    await admin.nodeResume(here);
    const { events } = await admin.eventList({ query: { after } });
    expect(events.map(({ type, node }) => [type, node])).toEqual([
      ['node.drained', 'here'],
      ['node.undrained', 'here'],
    ]);
    const { entries } = await admin.auditList({ query: { subject: 'node:here' } });
    expect(entries.map(({ action }) => action).slice(0, 2)).toEqual(['node.resume', 'node.drain']);
  });
});

test('labels are set and taken away, and stay when the runner comes back', async () => {
  const runner = await host.connectedRunner();
  await admin.nodeLabel({ ...here, body: { set: { partition: 'gpu', zone: 'a' } } });
  expect((await admin.nodeLabel({ ...here, body: { set: { zone: 'b' }, remove: ['partition'] } })).labels).toEqual({ zone: 'b' });
  await runner.disconnect();
  await runner.connect();
  expect((await admin.nodeShow(here)).labels).toEqual({ zone: 'b' });
  await expect(admin.nodeLabel({ ...here, body: {} })).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(admin.nodeLabel({ ...here, body: { set: { '-bad-': 'x' } } })).rejects.toMatchObject({ code: 'invalid_input' });
});

test.each(['nodeDrain', 'nodeLabel'] as const)('%s of a node that is not there is refused', async (operation) => {
  const body = operation === 'nodeLabel' ? { set: { a: 'b' } } : {};
  await expect(admin[operation]({ params: { name: 'nowhere' }, body })).rejects.toMatchObject({ code: 'node_not_found' });
  await expect(admin.nodeResume({ params: { name: 'nowhere' } })).rejects.toMatchObject({ code: 'node_not_found' });
  await expect(admin.nodeRemove({ params: { name: 'nowhere' } })).rejects.toMatchObject({ code: 'node_not_found' });
  await expect(admin.nodeUsage({ params: { name: 'nowhere' } })).rejects.toMatchObject({ code: 'node_not_found' });
});

describe('a node that is removed', () => {
  test('is gone with its session and its token', async () => {
    const runner = await host.connectedRunner('away');
    await admin.nodeRemove({ params: { name: 'away' } });
    await eventually(() => runner.closed);
    expect(runner.received('removed')).toHaveLength(1);
    await expect(runner.open()).rejects.toThrow('401');
    await expect(admin.nodeShow({ params: { name: 'away' } })).rejects.toMatchObject({ code: 'node_not_found' });
    expect((await admin.tokenList()).tokens.filter(({ subject }) => subject === 'away')).toEqual([]);
    const { events } = await admin.eventList();
    expect(events.filter(({ type }) => type === 'node.removed')).toMatchObject([{ node: 'away' }]);
  });

  test('is kept while it has jobs, unless they may be lost', async () => {
    const runner = await host.connectedRunner('away');
    const dies = await submit();
    const again = await admin.jobCreate({ body: { command: ['true'], requeue: true } });
    await runner.order(dies.job_id);
    await runner.order(again.job_id);
    for (const { job_id: jobId } of [dies, again]) runner.reportRunning({ jobId, attempt: 1 });
    await host.jobIn(again.job_id, 'running');
    await expect(admin.nodeRemove({ params: { name: 'away' } })).rejects.toMatchObject({ code: 'state_conflict' });
    expect(await admin.nodeShow({ params: { name: 'away' } })).toMatchObject({ jobs: 2, drained: false });
    const { last_seq: after } = await admin.eventList();
    await admin.nodeRemove({ params: { name: 'away' }, query: { force: 'true' } });
    await expect(admin.nodeShow({ params: { name: 'away' } })).rejects.toMatchObject({ code: 'node_not_found' });
    expect((await host.jobIn(dies.job_id, 'lost')).reason).toBe('its node was removed by force');
    await host.jobIn(again.job_id, 'pending');
    await eventually(() => runner.closed);
    expect(runner.received('removed')).toHaveLength(1);
    const { events } = await admin.eventList({ query: { after } });
    expect(events.map(({ type, job_id: job }) => [type, job])).toEqual([
      ['node.removed', null],
      ['job.ended', dies.job_id],
      ['job.requeued', again.job_id],
    ]);
    const held = await host.running.services.store.read.selectFrom('resource_allocations').selectAll().where('released', '=', 0).execute();
    expect(held).toEqual([]);
  });

  test('has been told so before one of its jobs begins elsewhere', async () => {
    const told: string[] = [];
    const runner = await host.connectedRunner('away');
    const { job_id: id } = await admin.jobCreate({ body: { command: ['true'], requeue: true } });
    runner.reportRunning(await runner.order(id));
    await host.jobIn(id, 'running');
    const other = await host.connectedRunner('other');
    other.onStart = () => told.push(`start ${runner.received('removed').length}`);
    await admin.nodeRemove({ params: { name: 'away' }, query: { force: 'true' } });
    await other.order(id, 2);
    expect(told).toEqual(['start 1']);
    runner.reportEnd({ jobId: id, attempt: 1 });
    other.reportRunning({ jobId: id, attempt: 2 });
    await host.jobIn(id, 'running');
  });

  test('frees its name also when its machine never connected', async () => {
    await host.addNodeToken('never');
    await admin.nodeRemove({ params: { name: 'never' } });
    await expect(admin.nodeRemove({ params: { name: 'never' } })).rejects.toMatchObject({ code: 'node_not_found' });
  });
});

describe('the view of a node', () => {
  test('shows what its jobs hold', async () => {
    const runner = await host.connectedRunner();
    const job = await admin.jobCreate({ body: { command: ['true'], cpus: 2, memory_bytes: 1024 ** 3, gpus: 1 } });
    await runner.order(job.job_id);
    const view = { cpus: 4, cpus_allocated: 2, memory_bytes_allocated: 1024 ** 3, jobs: 1, gpus: [{ index: 0, allocated: true }] };
    expect(await admin.nodeShow(here)).toMatchObject(view);
    expect((await admin.nodeList()).nodes).toMatchObject([view]);
    runner.reportRunning({ jobId: job.job_id, attempt: 1 });
    runner.reportEnd({ jobId: job.job_id, attempt: 1 });
    await host.jobIn(job.job_id, 'completed');
    expect(await admin.nodeShow(here)).toMatchObject({
      cpus_allocated: 0,
      memory_bytes_allocated: 0,
      jobs: 0,
      gpus: [{ allocated: false }],
    });
  });

  test('says how others reach it: what the runner says, or what the host sees', async () => {
    const runner = await host.runner();
    runner.inventory = { ...INVENTORY, address: 'gpu1.lab' };
    await runner.connect();
    expect((await admin.nodeShow(here)).address).toBe('gpu1.lab');
    await runner.disconnect();
    runner.inventory = { ...INVENTORY, address: '' };
    await runner.connect();
    expect((await admin.nodeShow(here)).address).toBe('127.0.0.1');
  });
});
