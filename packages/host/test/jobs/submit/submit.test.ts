import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client, JobCreate, Limits } from '@weir/contract';
import { INVENTORY } from '../../fake-runner.ts';
import { TestHost } from '../../test-host.ts';

let host: TestHost;
let client: Client;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
});
afterEach(() => host[Symbol.asyncDispose]());

const submit = (over: JobCreate = {}, as = client) =>
  as.jobCreate({ body: over.script === undefined ? { command: ['true'], ...over } : over });

async function limitUser(user: string, limits: Limits): Promise<void> {
  const { store } = host.running.services;
  await store.write(async ({ db, emit }) => {
    await db
      .updateTable('users')
      .set({ limits: JSON.stringify(limits) })
      .where('name', '=', user)
      .execute();
    await emit({ type: 'policy.changed', data: { of: 'users' } });
  });
  await store.catchUp();
}

describe('what is asked for is what is shown', () => {
  test('of every field', async () => {
    const other = await submit();
    const asked: JobCreate = {
      command: ['run', '{}', 'ünïcödé 💥', "'$(x)`"],
      name: '{name} 💥',
      comment: 'two\nlines',
      ntasks_per_node: 2,
      cpus_per_task: 3,
      memory_bytes: 1 << 20,
      gpu_type: 'A100',
      gpu_memory_bytes: 5,
      exclusive: true,
      nodes: 3,
      labels: { zone: 'a' },
      partition: 'big',
      strategy: 'spread',
      account: 'default',
      class: 'urgent',
      priority: 7,
      time_limit_ms: 8,
      grace_ms: 9,
      checkpoint_signal: 'USR1',
      depends: [{ kind: 'afterok', job_id: other.job_id }],
      array: '1-5%2',
      begin_at: '2126-01-31T12:00:00.000Z',
      requeue: true,
      hold: true,
      executor: 'systemd',
      env: { A: '{}' },
      workdir: '/w',
      stdout: 'out-%j',
      stderr: '/w/err-%a',
    };
    const shown = await submit(asked);
    const { ntasks_per_node, cpus_per_task, gpu_type, gpu_memory_bytes, labels, partition, depends, begin_at, stdout, stderr } = asked;
    const fields = { ntasks_per_node, cpus_per_task, gpu_type, gpu_memory_bytes, labels, partition, depends, begin_at, stdout, stderr };
    expect(shown).toMatchObject({
      ...fields,
      user: 'root',
      state: 'pending',
      cpus: 6,
      gpus: 1,
      nodes: 3,
      exclusive: true,
      executor: 'systemd',
      class: 'urgent',
      account: 'default',
      array: { spec: '1-5%2', parallel: 2, tasks: 5, waiting: 5, active: 0, completed: 0, failed: 0 },
      batch_id: shown.job_id,
      members: [],
    });
    expect(await client.jobShow({ params: { job_id: shown.job_id } })).toEqual({ ...shown, reason: expect.any(String) as string });
  });

  test('and a script keeps its arguments', async () => {
    expect(await submit({ script: '#!/bin/sh\nexit', args: ['a b'] })).toMatchObject({ kind: 'script', name: 'script', command: null });
  });
});

describe('places', () => {
  test('that are not there are refused by name', async () => {
    const runner = await host.runner();
    const gpus = INVENTORY.gpus.map((gpu) => ({ ...gpu, numa: 0 }));
    runner.inventory = { ...INVENTORY, gpus, numa: [{ id: 0, cpuIds: [0, 1, 2, 3], memoryBytes: 1 << 30 }] };
    await runner.connect();
    await host.nodeIsKnown('here');
    const at = (target: object) => submit({ target: { node: 'here', ...target } });
    await expect(at({ node: 'elsewhere' })).rejects.toMatchObject({ code: 'node_not_found', detail: { value: 'elsewhere' } });
    await expect(at({ numa: 1 })).rejects.toMatchObject({ code: 'invalid_input', message: 'node here has no NUMA node 1: it has 0' });
    await expect(at({ gpu_ids: [0, 7] })).rejects.toMatchObject({ code: 'invalid_input', message: 'node here has no GPU 7: it has 0' });
    expect(await at({ numa: 0, gpu_ids: [0] })).toMatchObject({ gpus: 1, target: { node: 'here', numa: 0, gpu_ids: [0] } });
  });

  test('that could never hold the job are told, and waited for with hold', async () => {
    await host.connectedRunner();
    for (const asked of [
      { cpus: 5 },
      { gpus: 2 },
      { gpu_type: 'a100' },
      { nodes: 2 },
      { labels: { zone: 'x' } },
      { memory_bytes: 2 ** 50 },
    ]) {
      await expect(submit(asked)).rejects.toMatchObject({ code: 'resources_never_fit' });
      expect(await submit({ ...asked, hold: true })).toMatchObject({ state: 'pending' });
    }
    expect(await submit({ hold: true, target: { node: 'later' } })).toMatchObject({ state: 'pending' });
  });

  test('are all taken while no node is known, but for one that is named', async () => {
    expect(await submit({ cpus: 5_000 })).toMatchObject({ state: 'pending', reason: 'no node is online' });
    await expect(submit({ target: { node: 'here' } })).rejects.toMatchObject({ code: 'node_not_found' });
  });
});

describe('rights', () => {
  test('class urgent and a raised priority are for admins', async () => {
    const user = host.client(await host.addUser('ann'));
    await expect(submit({ class: 'urgent' }, user)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(submit({ priority: 1 }, user)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await submit({ class: 'scavenger', priority: -1 }, user)).toMatchObject({ class: 'scavenger', priority: -1 });
  });

  test('an account is charged by its members', async () => {
    const user = host.client(await host.addUser('ann'));
    await expect(submit({ account: 'physics' }, user)).rejects.toMatchObject({ code: 'forbidden' });
    await host.running.services.store.write(async ({ db, emit }) => {
      await db.insertInto('accounts').values({ name: 'physics', shares: 1, limits: '{}', created_at: 0 }).execute();
      await db.insertInto('account_members').values({ account: 'physics', user: 'ann' }).execute();
      await emit({ type: 'policy.changed', data: { of: 'accounts' } });
    });
    expect(await submit({ account: 'physics' }, user)).toMatchObject({ account: 'physics' });
    expect(await submit({ account: 'ann' }, user)).toMatchObject({ account: 'ann' });
    expect(await submit({}, user)).toMatchObject({ account: 'default' });
  });
});

describe('limits', () => {
  test('a time limit is at most what is allowed, and is that when none is given', async () => {
    await limitUser('root', { time_limit_ms: 1000 });
    expect(await submit()).toMatchObject({ time_limit_ms: 1000 });
    expect(await submit({ time_limit_ms: 10 })).toMatchObject({ time_limit_ms: 10 });
    await expect(submit({ time_limit_ms: 5_400_000 })).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: 'user root may ask for at most 1s, not 1h30m: give a shorter time limit',
      detail: { field: 'time_limit_ms', value: 5_400_000 },
    });
    await limitUser('root', {});
    expect(await submit()).toMatchObject({ time_limit_ms: null });
  });

  test('a hundred submits at once get as many places as there are', async () => {
    await submit();
    await limitUser('root', { queued_jobs: 31 });
    const answers = await Promise.allSettled(Array.from({ length: 100 }, () => submit()));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(30);
    const refusals = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'queue_full' });
    expect((await client.jobList()).total).toBe(31);
  });

  test('each task of an array counts, and what has ended does not', async () => {
    await limitUser('root', { queued_jobs: 10 });
    const array = await submit({ array: '1-9' });
    await expect(submit({ array: '1-2' })).rejects.toMatchObject({ code: 'queue_full' });
    await submit();
    await expect(submit()).rejects.toMatchObject({
      code: 'queue_full',
      message: 'user root may have 10 jobs in the queue and has 10: wait for some to end',
      detail: { field: 'queued_jobs', value: 11 },
    });
    await client.jobCancel({ params: { job_id: array.job_id } });
    expect(await submit({ array: '1-9' })).toMatchObject({ state: 'pending' });
  });

  test('a job that alone is beyond a limit is not told to wait', async () => {
    await limitUser('root', { queued_jobs: 2 });
    const refusal = {
      code: 'limit_exceeded',
      message: 'user root may have 2 jobs in the queue, this array has 5: give a smaller array, or ask an admin for a higher limit',
      detail: { field: 'queued_jobs', value: 5 },
    };
    await expect(submit({ array: '1-5' })).rejects.toMatchObject(refusal);
    await expect(client.jobDryRun({ body: { command: ['true'], array: '1-5' } })).rejects.toMatchObject(refusal);
    await submit();
    await expect(submit({ array: '1-5' })).rejects.toMatchObject(refusal);
    await limitUser('root', { queued_jobs: 0 });
    await expect(submit()).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: 'user root may have no jobs in the queue: ask an admin for a higher limit',
    });
  });

  test('an account has limits of its own', async () => {
    await host.running.services.store.write(async ({ db, emit }) => {
      await db.insertInto('accounts').values({ name: 'lab', shares: 1, limits: '{"queued_jobs":1}', created_at: 0 }).execute();
      await emit({ type: 'policy.changed', data: { of: 'accounts' } });
    });
    await submit({ account: 'lab' });
    await expect(submit({ account: 'lab' })).rejects.toMatchObject({ code: 'queue_full' });
    expect(await submit()).toMatchObject({ account: 'default' });
  });
});

describe('dependencies', () => {
  test('on what is not there or is not the own are refused alike', async () => {
    const mine = await submit();
    const user = host.client(await host.addUser('ann'));
    const on = (id: number) => submit({ depends: [{ kind: 'afterany', job_id: id }] }, user);
    const [foreign, unknown] = await Promise.all([on(mine.job_id), on(9_999)].map((answer) => answer.catch((error: unknown) => error)));
    expect(foreign).toMatchObject({ code: 'dependency_unknown', message: `there is no job ${mine.job_id} to wait for` });
    expect(unknown).toMatchObject({ code: 'dependency_unknown', message: 'there is no job 9999 to wait for' });
    expect((await user.jobList()).total).toBe(0);
  });

  test('given twice count once, and an admin may name anybody’s', async () => {
    const theirs = await submit({}, host.client(await host.addUser('ann')));
    const depends = [{ kind: 'afterany' as const, job_id: theirs.job_id }];
    expect(await submit({ depends: [...depends, ...depends] })).toMatchObject({ depends });
  });
});

describe('hostile input', () => {
  const raw = (body: object) => host.inject({ method: 'POST', url: '/api/jobs', payload: body });

  test.each([
    { command: ['a\u0000b'] },
    { script: 'a\u0000' },
    { command: ['true'], name: '\u0000' },
    { command: ['true'], env: { 'A\u0000': 'b' } },
    { command: ['true'], env: { A: '\u0000' } },
    { command: ['true'], stdout: 'a\u0000' },
    { command: ['true'], depends: [{ kind: 'afterok', job_id: 2 ** 63 }] },
    { command: ['true'], depends: [{ kind: 'afterok', job_id: 0 }] },
    { command: ['true'], depends: [{ kind: 'before', job_id: 1 }] },
    { command: ['true'], array: '1-2000000' },
    { command: ['true'], array: '5-1' },
    { command: ['true'], array: '1%0' },
    { command: ['true'], begin_at: 'tomorrow' },
    { command: ['true'], begin_at: '2026-13-01T00:00:00Z' },
    { command: ['true'], begin_at: '2026-01-01' },
    { command: ['true'], target: { node: '../etc' } },
    { command: ['true'], target: { node: 'a', gpu_ids: [1, 1] } },
    { command: ['true'], gpu_type: '\u0007' },
    { command: ['true'], script: 'both' },
    {},
  ])('%j is refused as input', async (body) => {
    const answer = await raw(body);
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ error: { code: 'invalid_input' } });
  });

  test.each(['/etc/passwd', '../x', 'a/../../x'])('output to %s is refused', async (stdout) => {
    const answer = await raw({ command: ['true'], workdir: '/w', stdout });
    expect(answer.json()).toMatchObject({ error: { code: 'path_not_allowed', field: 'stdout' } });
  });

  test('lone surrogates, braces and right-to-left marks come back as they went', async () => {
    const name = '{{x}} \u202e%s ${a} \u{1F4A5}';
    const job = await submit({ name, command: ['\ud800', name], gpu_type: '{', comment: name, hold: true });
    expect(await client.jobShow({ params: { job_id: job.job_id } })).toMatchObject({ name, comment: name, command: ['\ud800', name] });
    expect((await client.jobList({ query: { name } })).total).toBe(1);
  });

  test.each(['user', 'name', 'account', 'node'])('a list is not asked for a %s with a NUL', async (field) => {
    expect((await host.inject({ url: `/api/jobs?${field}=a%00` })).json()).toMatchObject({ error: { code: 'invalid_input', field } });
  });

  test.each(['9223372036854775808', '1e3', '-1', '0', 'x', '1.5'])('there is no job %s', async (id) => {
    for (const url of [`/api/jobs/${id}`, `/api/jobs/${id}/why`]) {
      expect((await host.inject({ url })).json()).toMatchObject({ error: { code: 'invalid_input' } });
    }
  });
});
