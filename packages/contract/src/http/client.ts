import { AppError, isErrorCode } from '../errors.ts';
import { ENDPOINTS, type Endpoint } from './endpoints.ts';
import { LOG_HEADERS } from './log-headers.ts';
import type { Route, RouteInput, RouteResponse } from './route.ts';
import type { OperationId, Routes } from './routes.ts';

/** Where a host is and who is asking. */
export interface ClientOptions {
  /** `http://127.0.0.1:7766`, without a path. */
  readonly url: string;
  readonly token: string;
  readonly signal?: AbortSignal;
}

type Call<R extends Route> =
  Record<never, never> extends RouteInput<R>
    ? (input?: RouteInput<R>) => Promise<RouteResponse<R>>
    : (input: RouteInput<R>) => Promise<RouteResponse<R>>;

/** One function per operation; refusals arrive as `AppError` with the host's code, a silent host as `host_unreachable`. */
export type Client = { readonly [Id in OperationId]: Call<Routes[Id]> };

/** A piece of a log with its place in the file, bytes. */
export interface LogPiece {
  readonly offset: number;
  readonly next: number;
  readonly ended: boolean;
  readonly data: Uint8Array;
}

type Scalar = string | number | boolean | undefined;

interface Input {
  readonly params?: Record<string, Scalar>;
  readonly query?: Record<string, Scalar>;
  readonly body?: unknown;
  readonly headers?: Record<string, string | undefined>;
}

/** Makes a typed client of the host at `options.url`. */
export function createClient(options: ClientOptions): Client {
  const calls = Object.entries(ENDPOINTS).map(([id, endpoint]) => [
    id,
    async (input: Input = {}) => readBody(options, endpoint, await send(options, endpoint, input)),
  ]);
  return Object.fromEntries(calls) as Client;
}

/** Reads a piece of a job's log. */
export async function readLogPiece(options: ClientOptions, input: RouteInput<Routes['jobLogs']>): Promise<LogPiece> {
  const response = await send(options, ENDPOINTS.jobLogs, input);
  const data = await readBytes(options, response);
  return {
    offset: Number(response.headers.get(LOG_HEADERS.offset)),
    next: Number(response.headers.get(LOG_HEADERS.next)),
    ended: response.headers.get(LOG_HEADERS.ended) === 'true',
    data,
  };
}

async function send(options: ClientOptions, endpoint: Endpoint, input: Input): Promise<Response> {
  const response = await fetch(options.url + fillPath(endpoint.path, input), {
    method: endpoint.method,
    headers: {
      ...givenHeaders(input),
      authorization: `Bearer ${options.token}`,
      ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  }).catch((cause: unknown) => {
    if (options.signal?.aborted === true) throw cause;
    throw new AppError('host_unreachable', `no host answers at ${options.url}: start one with "weir up", or name another with --host`, {
      cause,
    });
  });
  if (!response.ok) throw await readRefusal(options, response);
  return response;
}

function givenHeaders({ headers = {} }: Input): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function fillPath(path: string, input: Input): string {
  const filled = path.replace(/:([a-z_]+)/g, (_, name: string) => encodeURIComponent(String(input.params?.[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? filled : `${filled}?${query.toString()}`;
}

async function readBody(options: ClientOptions, endpoint: Endpoint, response: Response): Promise<unknown> {
  const bytes = await readBytes(options, response);
  if (endpoint.answer !== 'json') return bytes;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new AppError('host_unreachable', `what answers at ${options.url} is not a Weir host: name the right one with --host`, { cause });
  }
}

async function readBytes(options: ClientOptions, response: Response): Promise<Uint8Array> {
  const buffer = await response.arrayBuffer().catch((cause: unknown) => {
    if (options.signal?.aborted === true) throw cause;
    throw new AppError('host_unreachable', `the host at ${options.url} broke off in the middle of an answer`, { cause });
  });
  return new Uint8Array(buffer);
}

async function readRefusal(options: ClientOptions, response: Response): Promise<AppError> {
  const text = new TextDecoder().decode(await readBytes(options, response));
  const error = parseRefusal(text);
  const code = isErrorCode(error.code) ? error.code : 'internal';
  const message = typeof error.message === 'string' ? error.message : `the host answered ${response.status}: ${text.slice(0, 200)}`;
  return new AppError(code, message, {
    ...(typeof error.field === 'string' ? { field: error.field } : {}),
    ...('value' in error ? { value: error.value } : {}),
  });
}

function parseRefusal(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
    return typeof error === 'object' && error !== null ? { ...error } : {};
  } catch {
    return {};
  }
}
