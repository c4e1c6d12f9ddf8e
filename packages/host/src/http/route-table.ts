import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  ROUTES,
  type OperationId,
  type Route,
  type RouteBody,
  type RouteHeaders,
  type RouteParams,
  type RouteQuery,
  type RouteResponse,
  type Routes,
} from '@weir/contract';
import type { Identity, IdentityService } from '../identity/identity-service.ts';
import { authenticate, readCredential } from './authentication.ts';
import { makeCheck } from './validation.ts';

/** What a handler knows of a request: checked parts, who asks, and a signal for a caller that went away. */
export interface Call<R extends Route> {
  readonly params: RouteParams<R>;
  readonly query: RouteQuery<R>;
  readonly body: RouteBody<R>;
  readonly headers: RouteHeaders<R>;
  readonly identity: R['access'] extends 'open' ? undefined : Identity;
  readonly signal: AbortSignal;
  /** For answers that are not JSON: headers. A status set here stays. */
  readonly reply: FastifyReply;
}

type Answer<R extends Route> = R['response'] extends 'html' | 'text' ? string | Readable : RouteResponse<R>;

export type Handler<R extends Route> = (call: Call<R>) => Promise<Answer<R>>;

/** One handler per operation of the contract: a route without one does not compile. */
export type Handlers = { readonly [Id in OperationId]: Handler<Routes[Id]> };

const CONTENT_TYPE = {
  bytes: 'application/octet-stream',
  html: 'text/html; charset=utf-8',
  text: 'text/plain; version=0.0.4; charset=utf-8',
} as const;

/** Serves every operation of the contract. */
export function registerRoutes(app: FastifyInstance, handlers: Handlers, identity: IdentityService): void {
  const byId: Readonly<Record<string, unknown>> = handlers;
  for (const [id, route] of Object.entries<Route>(ROUTES)) {
    const handler = byId[id];
    if (typeof handler !== 'function') throw new TypeError(`operation ${id} has no handler`);
    registerRoute(app, route, { handler: (call): unknown => Reflect.apply(handler, undefined, [call]), identity });
  }
}

/** A handler of any route: what it takes and gives is checked where the handlers are made. */
type AnyHandler = (call: unknown) => unknown;

function registerRoute(app: FastifyInstance, route: Route, parts: { handler: AnyHandler; identity: IdentityService }): void {
  const checkParams = route.params && makeCheck(route.params, 'params');
  const checkQuery = route.query && makeCheck(route.query, 'query');
  const checkBody = route.body && makeCheck(route.body, 'body');
  const checkHeaders = route.headers && makeCheck(route.headers, 'headers');
  app.route({
    method: route.method,
    url: route.path,
    onRequest: (request) => authenticate(request, parts.identity, route.access),
    handler: async (request, reply) => {
      const controller = callerController(reply);
      const call = {
        params: checkParams?.(request.params),
        query: checkQuery?.(request.query),
        body: checkBody?.(request.body),
        headers: checkHeaders?.(request.headers),
        identity: request.identity,
        signal: controller.signal,
        reply,
      };
      const answer = await whileGood({ request, identity: parts.identity, controller }, () => parts.handler(call));
      if (route.status !== undefined && reply.statusCode === 200) void reply.status(route.status);
      const { response } = route;
      if (response === 'bytes') void reply.type(CONTENT_TYPE.bytes);
      else if (response === 'html') void reply.type(CONTENT_TYPE.html);
      else if (response === 'text' && !reply.hasHeader('content-type')) void reply.type(CONTENT_TYPE.text);
      return response === 'bytes' && answer instanceof Uint8Array
        ? reply.send(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength))
        : answer;
    },
  });
}

interface Caller {
  readonly request: FastifyRequest;
  readonly identity: IdentityService;
  readonly controller: AbortController;
}

/** Reads may wait long: they end with what vouches for their caller. Writes go on: what is committed is answered. */
function whileGood({ request, identity, controller }: Caller, work: () => unknown): unknown {
  const secret = readCredential(request);
  if (request.method !== 'GET' || request.identity === undefined || secret === undefined) return work();
  return identity.whileGood({ secret, identity: request.identity, controller }, work);
}

/** Aborts when the caller closes the connection before it has its answer. */
function callerController(reply: FastifyReply): AbortController {
  const controller = new AbortController();
  // Of the answer, not of the connection: that one lives on, and a listener for each of its requests would stay with it.
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller;
}
