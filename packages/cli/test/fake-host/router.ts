import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { AppError, ROUTES, type OperationId, type Route } from '@weir/contract';
import { Value } from 'typebox/value';

/** One request, its parts checked and converted by the contract's schemas. */
export interface Call {
  readonly id: OperationId;
  readonly params: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly body: unknown;
  readonly token: string;
  /** As the route's schema allows it. */
  readonly idempotencyKey: string | undefined;
}

export interface Answer {
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly headers?: Record<string, string>;
}

export type Handle = (call: Call) => Promise<Answer>;

/** Serves the contract's routes on a port of its own, or the given one. */
export async function serve(handle: Handle, port = 0): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer((request, response) => void answer(handle, request, response));
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return { port: portOf(server), close: () => close(server, sockets) };
}

/** As a process that dies: every connection breaks off at once. */
function close(server: Server, sockets: Set<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return isAddress(address) ? address.port : 0;
}

function isAddress(value: AddressInfo | string | null): value is AddressInfo {
  return typeof value === 'object' && value !== null;
}

async function answer(handle: Handle, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const call = await readCall(request);
    const result = await handle(call);
    const status = 'status' in ROUTES[call.id] ? 201 : 200;
    const type = result.bytes === undefined ? 'application/json' : 'application/octet-stream';
    response.writeHead(status, { 'content-type': type, ...result.headers }).end(result.bytes ?? JSON.stringify(result.json));
  } catch (error) {
    const refusal = error instanceof AppError ? error : new AppError('internal', String(error), { cause: error });
    const body = { detail: refusal.message, error: { code: refusal.code, message: refusal.message, ...refusal.detail, request_id: 'r-1' } };
    response.writeHead(refusal.status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}

async function readCall(request: IncomingMessage): Promise<Call> {
  const url = new URL(request.url ?? '/', 'http://host');
  for (const [id, route] of Object.entries(ROUTES)) {
    const params = matchPath(route.path, url.pathname);
    if (route.method !== request.method || params === undefined) continue;
    return {
      id: readOperation(id),
      params: check(route, 'params', params),
      query: check(route, 'query', Object.fromEntries(url.searchParams)),
      body: checkBody(route, await readBody(request)),
      idempotencyKey: readKey(route, request),
      token: (request.headers.authorization ?? '').replace('Bearer ', ''),
    };
  }
  throw new AppError('not_found', `no route ${request.method} ${url.pathname}`);
}

function readKey(route: Route, request: IncomingMessage): string | undefined {
  if (route.headers === undefined) return undefined;
  if (!Value.Check(route.headers, request.headers)) throw new AppError('invalid_input', `bad headers: ${JSON.stringify(request.headers)}`);
  return request.headersDistinct['idempotency-key']?.[0];
}

function readOperation(id: string): OperationId {
  if (isOperation(id)) return id;
  throw new Error(`${id} is not an operation`);
}

function isOperation(id: string): id is OperationId {
  return Object.hasOwn(ROUTES, id);
}

function matchPath(path: string, actual: string): Record<string, string> | undefined {
  const pattern = new RegExp(`^${path.replace(/:([a-z_]+)/g, '(?<$1>[^/]+)')}$`);
  const match = pattern.exec(actual);
  return match === null
    ? undefined
    : Object.fromEntries(Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]));
}

function check(route: Route, part: 'params' | 'query', given: Record<string, string>): Record<string, unknown> {
  const schema = route[part];
  const value: unknown = schema === undefined ? given : Value.Convert(schema, given);
  if (schema !== undefined && !Value.Check(schema, value)) throw new AppError('invalid_input', `bad ${part}: ${JSON.stringify(given)}`);
  return isRecord(value) ? value : {};
}

function checkBody(route: Route, body: unknown): unknown {
  if (route.body !== undefined && !Value.Check(route.body, body)) {
    const [first] = Value.Errors(route.body, body);
    throw new AppError('invalid_input', `bad body: ${first?.instancePath ?? ''} ${first?.message ?? ''}`, { field: 'body' });
  }
  return body;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += String(piece);
  return text === '' ? undefined : JSON.parse(text);
}
