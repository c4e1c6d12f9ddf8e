import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ROUTES, SOCKET_PATHS, type Job, type Route, type Workflow } from '@weir/contract';
import { TestHost } from '../test-host.ts';
import { submitBody } from '../workflows/submit-body.ts';

let host: TestHost;
let ann = '';
let job: Job;
let workflow: Workflow;
beforeAll(async () => {
  host = await TestHost.start();
  ann = await host.addUser('ann');
  job = await host.client().jobCreate({ body: { command: ['true'] } });
  workflow = await host.client().workflowCreate({ body: submitBody() });
});
afterAll(() => host[Symbol.asyncDispose]());

const fill = (path: string) =>
  path.replace(':job_id', String(job.job_id)).replace(':task_id', String(workflow.task_id)).replace(':name', 'local');
const all: [string, Route][] = Object.entries(ROUTES);
const closed = all.filter(([, route]) => route.access !== 'open');
const ofOneOwner = closed.filter(([, route]) => /:(job|task)_id/.test(route.path));
const ofAdmins = closed.filter(([, route]) => route.access === 'admin');
/** Where the asker's own things are: nothing of others is named. */
const namesNobody = closed.filter(([, route]) => route.access === 'user' && route.method === 'GET' && !route.path.includes(':'));

describe('without a valid token', () => {
  test.each(closed)('%s is refused', async (_id, route) => {
    for (const headers of [{}, { authorization: 'Bearer weir_u_made-up' }, { authorization: 'Basic eDp5' }, { cookie: 'weir_session=x' }]) {
      const answer = await host.inject({ method: route.method, url: fill(route.path), token: null, headers });
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toMatchObject({ error: { code: 'unauthenticated' } });
    }
  });

  test.each(Object.values(SOCKET_PATHS))('the socket %s is refused', async (path) => {
    const socket = new WebSocket(host.running.url.replace('http', 'ws') + fill(path));
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('401');
  });

  test('a node token opens no route', async () => {
    expect((await host.inject({ url: '/api/me', token: host.token('run/node-token') })).statusCode).toBe(401);
  });

  test('health is open', async () => {
    const answer = await host.inject({ url: '/api/health', token: null });
    expect(answer.json()).toMatchObject({ status: 'healthy', checks: { store: 'ok', scheduler: 'ok', workflows: 'ok' } });
  });
});

describe('a user who is no admin', () => {
  test.each(ofAdmins)('is refused %s', async (_id, route) => {
    const answer = await host.inject({ method: route.method, url: fill(route.path), token: ann });
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toMatchObject({ error: { code: 'forbidden' } });
  });

  test.each(namesNobody)('is served %s', async (_id, route) => {
    expect((await host.inject({ method: route.method, url: route.path, token: ann })).statusCode).toBe(200);
  });
});

describe('what belongs to somebody else', () => {
  test.each(ofOneOwner)('is not there for %s', async (_id, route) => {
    const body = route.body === undefined ? {} : { payload: { priority: 1 } };
    const answer = await host.inject({ method: route.method, url: fill(route.path), token: ann, ...body });
    expect(answer.statusCode).toBe(404);
  });

  test('is not there for accountShow and tokenRevoke', async () => {
    await host.client().accountCreate({ body: { name: 'theirs' } });
    expect((await host.inject({ url: '/api/accounts/theirs', token: ann })).statusCode).toBe(404);
    expect((await host.inject({ url: '/api/accounts/root', token: ann })).statusCode).toBe(404);
    const { tokens } = await host.client().tokenList();
    for (const { id, subject } of tokens.filter(({ subject: whose }) => whose !== 'ann'))
      expect((await host.inject({ method: 'DELETE', url: `/api/tokens/${id}`, token: ann })).statusCode, subject).toBe(404);
  });

  test('is not there for the log socket', async () => {
    const url = host.running.url.replace('http', 'ws') + fill(SOCKET_PATHS.workflowLogs);
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${ann}` } });
    const messages: unknown[] = [];
    socket.on('message', (data) => messages.push(data));
    expect((await once(socket, 'close'))[0]).toBe(1008);
    expect(messages).toEqual([]);
  });

  test('is in no list and no event of theirs', async () => {
    const client = host.client(ann);
    expect(await client.jobList()).toEqual({ jobs: [], next_before: null, total: 0 });
    expect(await client.jobList({ query: { user: 'root' } })).toMatchObject({ total: 0 });
    expect(await client.workflowList()).toEqual([]);
    expect(await client.workflowList({ query: { user: 'root' } })).toEqual([]);
    const { events } = await client.eventList();
    expect(events.filter((event) => event.job_id !== null || event.workflow_id !== null)).toEqual([]);
    await expect(client.workflowCreate({ body: submitBody({ user: 'root' }) })).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('is there for an admin', async () => {
    const theirs = await host.client(ann).jobCreate({ body: { command: ['true'] } });
    expect(theirs.user).toBe('ann');
    expect(await host.client().jobShow({ params: { job_id: theirs.job_id } })).toMatchObject({ user: 'ann' });
    expect((await host.client().jobList({ query: { user: 'ann' } })).total).toBe(1);
    expect((await host.client(ann).jobList()).jobs.map((found) => found.job_id)).toEqual([theirs.job_id]);
    const { events } = await host.client(ann).eventList({ query: { job_id: theirs.job_id } });
    expect(events.map((event) => event.type)).toEqual(['job.submitted']);
  });
});
