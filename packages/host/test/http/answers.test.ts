import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestHost } from '../test-host.ts';

let host: TestHost;
beforeAll(async () => {
  host = await TestHost.start();
});
afterAll(() => host[Symbol.asyncDispose]());

const post = (url: string, payload: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  host.inject({ method: 'POST', url, payload, headers });

describe('a refusal', () => {
  test('has one shape, with the message twice for older clients', async () => {
    const answer = await host.inject({ url: '/api/jobs/99' });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toEqual({
      detail: 'there is no job 99',
      error: {
        code: 'job_not_found',
        message: 'there is no job 99',
        field: 'job_id',
        value: 99,
        request_id: answer.headers['x-request-id'],
      },
    });
  });

  test.each([
    ['an unknown route', 'GET', '/api/nothing?secret=1', 404, 'there is no GET /api/nothing'],
    ['a known route with another method', 'DELETE', '/api/jobs', 404, 'there is no DELETE /api/jobs'],
    ['a path that cannot be decoded', 'GET', '/api/jobs/%zz', 422, '%zz'],
  ] as const)('of %s has it too', async (...[, method, url, status, message]) => {
    const answer = await host.inject({ method, url });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ error: { message: expect.stringContaining(message) as string } });
  });

  test.each([
    ['JSON that is broken', '{"command":', 422],
    ['no body', '', 422],
    ['an array', '[]', 422],
    ['null', 'null', 422],
    ['a prototype', '{"__proto__":{"x":1}}', 422],
  ])('of %s is no server error', async (_what, payload, status) => {
    const answer = await post('/api/jobs', payload);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ error: { code: 'invalid_input' } });
  });

  test.each([
    ['/api/workflow/tasks', 'name is missing'],
    ['/jobs/submit', 'script is missing'],
    ['/submit', 'command is missing'],
    ['/api/jobs', 'body is missing'],
  ])('of no body where %s needs one says that %s', async (url, message) => {
    const bare = await host.inject({ method: 'POST', url });
    const typed = await post(url, '');
    for (const answer of [bare, typed]) expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([422, message]);
  });

  test.each(['{"constructor":{"prototype":{"x":1}}}', '{"env":{"__proto__":{"x":1}}}', ' ', '\n'])(
    'of %j says that it is no JSON that is taken',
    async (payload) => {
      const answer = await post('/api/jobs', payload);
      expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([422, expect.stringContaining('not valid JSON')]);
    },
  );

  test('of another kind of body says so', async () => {
    expect((await post('/api/jobs', '<a/>', { 'content-type': 'application/xml' })).statusCode).toBe(422);
    expect((await post('/api/jobs', 'x', { 'content-type': 'text/plain' })).statusCode).toBe(422);
  });

  test('of a body that is too large is 413', async () => {
    const answer = await post('/api/jobs', JSON.stringify({ script: 'x'.repeat(9 * 1024 * 1024) }));
    expect(answer.statusCode).toBe(413);
    expect(answer.json()).toMatchObject({ error: { code: 'body_too_large' } });
  });
});

test.each([
  ['/api/jobs/:id/pause', 400],
  ['/api/jobs/:id/resume', 400],
  ['/command/:id/pause', 400],
  ['/command/:id/resume', 400],
  ['/jobs/cancel/:id', 200],
  ['/api/v1/jobs/:id/cancel', 200],
  ['/api/jobs/:id/cancel', 200],
  ['/kill/:id', 202],
])('%s takes no body under the type of JSON, as without one: %i', async (path, status) => {
  for (const type of ['application/json', 'application/json; charset=utf-8']) {
    const { job_id: id } = await host.client().jobCreate({ body: { command: ['true'] } });
    const answer = await fetch(`${host.running.url}${path.replace(':id', String(id))}`, {
      method: 'POST',
      headers: { 'content-type': type, authorization: `Bearer ${host.token()}` },
    });
    expect([answer.status, await answer.text()]).toEqual([status, expect.not.stringContaining('ody')]);
  }
});

describe('the message of an invalid input', () => {
  test.each<[object, string]>([
    [{ command: ['true'], foo: 1 }, 'foo is not a field that can be given here'],
    [{ command: ['true'], cpus: -1 }, 'cpus must be >= 0 (got -1)'],
    [{ command: ['true'], cpus: 1e30 }, 'cpus '],
    [{ command: ['true'], cpus: '2' }, 'cpus must be integer (got "2")'],
    [{ command: 'true' }, 'command must be array (got "true")'],
    [{ command: [] }, 'command must not have fewer than 1 items'],
    [{ command: ['a\u0000b'] }, 'command.0 must match'],
    [{ command: [' '] }, 'command[0] is empty'],
    [{ command: ['true'], env: { 'A-B': 'x' } }, 'env.A-B is not a field that can be given here'],
    [{ command: ['true'], env: { 'a/b~c': 'x' } }, 'env.a/b~c is not a field that can be given here'],
    [{ command: ['true'], comment: 'a\u0000b' }, 'comment must match'],
    [{ command: ['true'], workdir: 'relative' }, 'workdir must match'],
    [{ command: ['true'], script: 'x' }, 'give exactly one of command and script'],
    [{}, 'give exactly one of command and script'],
  ])('%j is refused with "%s"', async (body, message) => {
    const answer = await post('/api/jobs', JSON.stringify(body));
    expect(answer.statusCode).toBe(422);
    expect(answer.json<{ detail: string }>().detail).toContain(message);
  });

  test.each([
    ['/api/jobs?state=odd', 'state must be one of pending, starting'],
    ['/api/jobs?limit=0', 'limit must be >= 1 (got 0)'],
    ['/api/jobs?limit=many', 'limit must be integer (got "many")'],
    ['/api/jobs/1/logs?stream=both', 'stream must be one of stdout, stderr (got "both")'],
    ['/api/jobs/1?wait_ms=99999999', 'wait_ms must be <= 60000'],
  ])('%s is refused with "%s"', async (url, message) => {
    const answer = await host.inject({ url });
    expect(answer.statusCode).toBe(422);
    expect(answer.json<{ detail: string }>().detail).toContain(message);
  });

  test('a missing field is named', async () => {
    const answer = await post('/api/workflow/tasks', JSON.stringify({ name: 'x' }));
    expect(answer.json()).toMatchObject({ error: { field: 'user', message: 'user is missing' } });
  });
});

test.each(['0', '-1', '1e30', '1.5', '9223372036854775808', 'NaN', '%00', '%F0%9F%98%80', "1';--", '{job_id}', '１'])(
  'the id %s is no server error',
  async (id) => {
    for (const url of [
      `/api/jobs/${id}`,
      `/api/jobs/${id}/logs`,
      `/api/workflow/tasks/${id}`,
      `/api/jobs?before=${id}`,
      `/api/audit?before=${id}`,
    ]) {
      expect((await host.inject({ url })).statusCode).toBeOneOf([422, 404]);
    }
  },
);

test('odd text is kept as it was given', async () => {
  const body = {
    command: ['{job_id}', "'; drop table jobs;--", '\u{1F600}', ''],
    name: '{0} %s $(x)',
    comment: '\u202e\ud83d\ude00 {job_id}',
  };
  const created = await post('/api/jobs', JSON.stringify(body));
  expect(created.statusCode).toBe(201);
  const shown = await host.inject({ url: `/api/jobs/${created.json<{ job_id: number }>().job_id}` });
  expect(shown.json()).toMatchObject(body);
});

test('a text that a pattern cannot take is refused in time, however long', async () => {
  const payload = JSON.stringify({ sql: `${'a'.repeat(1_000_000)}\u0000` });
  const from = performance.now();
  expect((await post('/api/warehouses/local/query', payload)).statusCode).toBe(422);
  expect(performance.now() - from).toBeLessThan(10_000);
});

describe('a request that is out of all proportion', () => {
  /** Sends what it is told on a connection of its own, and gives what came back until the host closed it. */
  const converse = async (head: string, body: (socket: Socket) => void = () => undefined): Promise<string> => {
    const { port } = new URL(host.running.url);
    const socket = connect(Number(port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`${head}host: weir\r\nauthorization: Bearer ${host.token()}\r\n\r\n`);
    body(socket);
    await closed;
    return answer;
  };
  const submit = 'POST /api/jobs HTTP/1.1\r\ncontent-type: application/json\r\n';

  test('of 100 MB is refused before it is read', async () => {
    const answer = await converse(`${submit}connection: close\r\ncontent-length: 104857600\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('body_too_large');
  });

  test('of no length is refused once it is too long', async () => {
    let sent = 0;
    const answer = await converse(`${submit}transfer-encoding: chunked\r\n`, (socket) => {
      const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
      const push = () => {
        while (sent < 100 && !socket.destroyed) {
          sent += 1;
          if (!socket.write(chunk)) return;
        }
      };
      socket.on('drain', push);
      push();
    });
    // What was on its way when the host closed may cost the sender the answer.
    expect(answer).toMatch(/^(HTTP\/1\.1 413 |$)/);
    expect(sent).toBeLessThan(100);
  });

  test('in its headers is refused', async () => {
    const answer = await converse(`GET /api/me HTTP/1.1\r\nx-long: ${'x'.repeat(20_000)}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('in its path is refused', async () => {
    expect((await host.inject({ url: `/api/nodes/${'x'.repeat(10_000)}` })).statusCode).toBeOneOf([404, 414, 422]);
  });
});

test.each([
  '/api/jobs?limit=1&limit=2',
  '/api/jobs?name=a&name=b',
  '/api/audit?actor=a&actor=b',
  '/api/nodes/here/usage?minutes=1&minutes=2',
  '/api/nodes/here/usage?minutes=1.5',
  '/api/audit?before=9223372036854775808',
  '/api/events?after=-1',
])('%s is refused', async (url) => {
  expect((await host.inject({ url })).statusCode).toBe(422);
});

test('answers tell how long they took, in seconds', async () => {
  for (const url of ['/api/health', '/api/nothing', '/api/jobs/0'])
    expect((await host.inject({ url })).headers['x-process-time']).toMatch(/^\d+\.\d{3}$/);
});

describe('a request id', () => {
  test.each(['abc-123', 'a.b:c_d', 'x'.repeat(128)])('%s is given back', async (id) => {
    const answer = await host.inject({ url: '/api/nothing', headers: { 'x-request-id': id } });
    expect(answer.headers['x-request-id']).toBe(id);
    expect(answer.json()).toMatchObject({ error: { request_id: id } });
  });
  test.each(['', 'x'.repeat(129), 'a b', 'a\u0007b', '<script>', '\u00e4', '{"a":1}'])('%j is replaced', async (id) => {
    const answer = await host.inject({ url: '/api/health', headers: { 'x-request-id': id } });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

test('answers are neither cached nor guessed at', async () => {
  const { headers } = await host.inject({ url: '/api/me' });
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
});

test('a bug answers 500 with a request id and no inner text', async () => {
  const broken = await TestHost.start();
  broken.running.services.nodes.list = async () => Promise.reject(new Error('the inner text'));
  const answer = await broken.inject({ url: '/api/nodes' });
  expect(answer.statusCode).toBe(500);
  expect(answer.body).not.toContain('inner text');
  expect(broken.logLines.join('')).toContain('the inner text');
  await broken[Symbol.asyncDispose]();
});

test('a request that is not HTTP ends its connection only', async () => {
  const { port } = new URL(host.running.url);
  await new Promise((resolve) => {
    const call = request({ port, host: '127.0.0.1', method: 'GET', path: '/', headers: { 'x-request-id': 'a' } }, resolve).on(
      'error',
      resolve,
    );
    call.on('socket', (socket) => socket.write('\u0000\u0001garbage\r\n\r\n'));
    call.end();
  });
  expect((await host.inject({ url: '/api/health' })).statusCode).toBe(200);
});
