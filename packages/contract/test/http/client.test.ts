import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { createClient, readLogPiece } from '@weir/contract';

let server: Server | undefined;

afterEach(async () => {
  await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  server = undefined;
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server?.once('listening', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

test('a call puts parameters into the path, the query and the body, and sends the token', async () => {
  const seen: string[] = [];
  const url = await serve((request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''}`);
    response.setHeader('content-type', 'application/json').end('{"nodes":[]}');
  });
  const client = createClient({ url, token: 'secret' });
  await client.nodeList();
  await client.nodeShow({ params: { name: 'a/b' } });
  await client.jobList({ query: { limit: 5, name: 'x y' } });
  expect(seen).toEqual([
    'GET /api/nodes Bearer secret',
    'GET /api/nodes/a%2Fb Bearer secret',
    'GET /api/jobs?limit=5&name=x+y Bearer secret',
  ]);
});

test('a call sends the headers that it was given, never instead of the token', async () => {
  const seen: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    seen.push(String(request.headers['idempotency-key']), request.headers.authorization);
    response.setHeader('content-type', 'application/json').end('{}');
  });
  const client = createClient({ url, token: 'secret' });
  const headers = { 'idempotency-key': 'k-1', authorization: 'Bearer other' };
  await client.jobCreate({ body: { command: ['true'] }, headers });
  await client.jobCreate({ body: { command: ['true'] } });
  expect(seen).toEqual(['k-1', 'Bearer secret', 'undefined', 'Bearer secret']);
});

test('a refusal arrives with its code, field and value', async () => {
  const url = await serve((_, response) => {
    const error = { code: 'job_not_found', message: 'there is no job 7', field: 'job_id', value: 7, request_id: 'r' };
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ detail: error.message, error }));
  });
  await expect(createClient({ url, token: 't' }).jobShow({ params: { job_id: 7 } })).rejects.toMatchObject({
    code: 'job_not_found',
    message: 'there is no job 7',
    detail: { field: 'job_id', value: 7 },
  });
});

test('an answer that is not ours is an internal error that shows what came', async () => {
  const url = await serve((_, response) => response.writeHead(502).end('<html>bad gateway</html>'));
  await expect(createClient({ url, token: 't' }).nodeList()).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('502'),
  });
});

test('a host that is not there is unreachable, and the message says what to do', async () => {
  await expect(createClient({ url: 'http://127.0.0.1:1', token: 't' }).meShow()).rejects.toMatchObject({
    code: 'host_unreachable',
    message: expect.stringContaining('weir up'),
  });
});

test('a log piece carries its place in the file', async () => {
  const url = await serve((_, response) =>
    response.writeHead(200, { 'weir-log-offset': '10', 'weir-log-next': '13', 'weir-log-ended': 'true' }).end('abc'),
  );
  const piece = await readLogPiece({ url, token: 't' }, { params: { job_id: 1 }, query: { offset: 10 } });
  expect({ ...piece, data: Buffer.from(piece.data).toString() }).toEqual({ offset: 10, next: 13, ended: true, data: 'abc' });
});
