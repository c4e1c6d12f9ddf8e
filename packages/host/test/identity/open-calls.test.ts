import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Client, Job, Workflow } from '@weir/contract';
import { eventually } from '../eventually.ts';
import type { FakeRunner } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';
import { submitBody } from '../workflows/submit-body.ts';

const WAIT_MS = 60_000;
const REFUSED = { code: 'unauthenticated', status: 401 };

let host: TestHost;
let admin: Client;
let runner: FakeRunner;
let secret = '';
let tokenId = 0;
beforeEach(async () => {
  host = await TestHost.start();
  admin = host.client();
  runner = await host.connectedRunner();
  await admin.userCreate({ body: { name: 'ann' } });
  const made = await admin.tokenCreate({ body: { kind: 'user', user: 'ann' } });
  secret = made.secret;
  tokenId = made.token.id;
});
afterEach(() => host[Symbol.asyncDispose]());

const listeners = () => host.running.services.hub.listenerCount;
const revoke = () => admin.tokenRevoke({ params: { id: tokenId } });
const lastSeq = async () => (await admin.eventList({ query: { limit: 1000 } })).last_seq;
/** Nothing ever happens after that number: the poll ends by itself only when its time is over. */
const pollEvents = (client: Client) => client.eventList({ query: { after: Number.MAX_SAFE_INTEGER, wait_ms: WAIT_MS } });

async function startJob(client: Client): Promise<Job> {
  const job = await client.jobCreate({ body: { command: ['true'] } });
  runner.reportRunning(await runner.order(job.job_id));
  await host.jobIn(job.job_id, 'running');
  return job;
}

describe('a wait of somebody whose token is revoked ends with a refusal', () => {
  test.each<[string, (client: Client) => Promise<unknown>]>([
    ['for events', pollEvents],
    ['for the end of a job', async (client) => client.jobShow({ params: { job_id: 1 }, query: { wait_ms: WAIT_MS } })],
    ['for the end of a workflow', async (client) => client.workflowSummary({ params: { task_id: 1 }, query: { wait_ms: WAIT_MS } })],
  ])('%s', async (_what, wait) => {
    const client = host.client(secret);
    await startJob(client);
    await client.workflowCreate({ body: submitBody({ user: 'ann' }) });
    const waiting = wait(client);
    waiting.catch(() => undefined);
    await eventually(() => listeners() === 1);
    await revoke();
    await expect(waiting).rejects.toMatchObject(REFUSED);
    await eventually(() => listeners() === 0);
  });

  test('for more of a log that the node has', async () => {
    const client = host.client(secret);
    const job = await startJob(client);
    let asked = false;
    runner.onReadLog = () => {
      asked = true;
      return undefined;
    };
    const waiting = client.jobLogs({ params: { job_id: job.job_id }, query: { wait_ms: WAIT_MS } });
    waiting.catch(() => undefined);
    await eventually(() => asked);
    await revoke();
    await expect(waiting).rejects.toMatchObject(REFUSED);
  });

  test('on the log socket of a workflow', async () => {
    const workflow: Workflow = await host.client(secret).workflowCreate({ body: submitBody({ user: 'ann' }) });
    const url = `${host.running.url.replace('http', 'ws')}/api/workflow/tasks/${workflow.task_id}/logs`;
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${secret}` } });
    const closed = once(socket, 'close') as Promise<[number, Buffer]>;
    await once(socket, 'message');
    await revoke();
    const [code, reason] = await closed;
    expect(code).toBe(1008);
    expect(reason.toString()).toContain('not good any more');
    await eventually(() => listeners() === 0);
  });
});

describe('a wait', () => {
  test('of a user who is removed ends', async () => {
    const waiting = pollEvents(host.client(secret));
    waiting.catch(() => undefined);
    await eventually(() => listeners() === 1);
    await admin.userRemove({ params: { name: 'ann' } });
    await expect(waiting).rejects.toMatchObject(REFUSED);
  });

  test('of an admin who becomes a user ends; of a user who becomes an admin it goes on', async () => {
    const setRole = (role: 'user' | 'admin') => admin.userUpdate({ params: { name: 'ann' }, body: { role } });
    const asUser = host.client(secret).eventList({ query: { after: await lastSeq(), job_id: 1, wait_ms: WAIT_MS } });
    asUser.catch(() => undefined);
    await eventually(() => listeners() === 1);
    await setRole('admin');
    const asAdmin = pollEvents(host.client(secret));
    asAdmin.catch(() => undefined);
    await eventually(() => listeners() === 2);
    await setRole('user');
    await expect(asAdmin).rejects.toMatchObject(REFUSED);
    await startJob(host.client(secret));
    expect((await asUser).events).toMatchObject([{ job_id: 1 }]);
  });

  test('goes on when another token is revoked, and when other rules change', async () => {
    const job = await startJob(host.client(secret));
    const waiting = host.client(secret).jobShow({ params: { job_id: job.job_id }, query: { wait_ms: WAIT_MS } });
    await eventually(() => listeners() === 1);
    const other = await host.client(secret).tokenCreate({ body: { kind: 'user' } });
    const otherWait = pollEvents(host.client(other.secret));
    otherWait.catch(() => undefined);
    await eventually(() => listeners() === 2);
    await admin.accountCreate({ body: { name: 'lab' } });
    await admin.tokenRevoke({ params: { id: other.token.id } });
    await expect(otherWait).rejects.toMatchObject(REFUSED);
    runner.reportEnd({ jobId: job.job_id, attempt: 1 });
    expect(await waiting).toMatchObject({ state: 'completed' });
  });

  test('of somebody whose token was revoked just after it was let in ends too', async () => {
    const { identity } = host.running.services;
    const caller = await identity.authenticateUser(secret, '127.0.0.1');
    await revoke();
    const controller = new AbortController();
    const never = new Promise<never>(() => undefined);
    await expect(identity.whileGood({ secret, identity: caller, controller }, () => never)).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    expect(controller.signal.aborted).toBe(true);
  });
});

test('a write that waits for its effect is answered: it was committed', async () => {
  const client = host.client(secret);
  const job = await startJob(client);
  const pausing = client.jobPause({ params: { job_id: job.job_id } });
  await eventually(() => runner.received('pause')[0]);
  await revoke();
  await expect(client.meShow()).rejects.toMatchObject(REFUSED);
  runner.reportRunning({ jobId: job.job_id, attempt: 1 }, true);
  expect(await pausing).toMatchObject({ state: 'paused' });
});
