import { randomUUID } from 'node:crypto';
import websocket from '@fastify/websocket';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { AppError, MAX_FRAME_BYTES } from '@weir/contract';
import type { Logger } from '@weir/runtime';
import { answerError } from './http/errors.ts';
import { registerPages } from './http/pages.ts';
import { makeHandlers } from './http/handlers.ts';
import { registerRoutes } from './http/route-table.ts';
import type { Services } from './services.ts';
import { registerRunnerSocket } from './sessions/runner-socket.ts';
import { registerWorkflowLogSocket } from './workflows/log-socket.ts';

/** Largest request body: two SQL texts and two configuration files of 1 MiB each, with JSON escapes. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Builds the HTTP application without listening. */
export async function buildApp(services: Services, log: Logger): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = log;
  const app: FastifyInstance = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    requestIdHeader: false,
    genReqId: ({ headers }) => readRequestId(headers['x-request-id']) ?? randomUUID(),
    frameworkErrors: answerError,
    forceCloseConnections: true,
    return503OnClosing: false,
    // Routes have no schemas of Fastify's: without these it would load compilers that nobody uses.
    schemaController: { compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema } },
  });
  takeEmptyJson(app);
  app.decorateRequest('identity', undefined);
  app.decorateRequest('nodeName', undefined);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) =>
    answerError(new AppError('not_found', `there is no ${request.method} ${request.url.split('?')[0] ?? ''}`), request, reply),
  );
  app.addHook('onSend', async (request, reply) => {
    void reply
      .header('x-request-id', request.id)
      .header('x-process-time', (reply.elapsedTime / 1000).toFixed(3))
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store');
  });
  await app.register(websocket, { options: { maxPayload: MAX_FRAME_BYTES } });
  registerRoutes(app, makeHandlers(services), services.identity);
  registerPages(app, services.identity);
  registerRunnerSocket(app, services);
  registerWorkflowLogSocket(app, services);
  return app;
}

/** Clients with a fixed `content-type: application/json` send it without a body, too: that is no body, not broken JSON. */
function takeEmptyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') done(null, undefined);
    else void parse(request, text, done);
  });
}

function refuseSchema(): never {
  throw new Error('a route has a schema of its own: the contract checks requests');
}

/** A caller's own request id is kept when it is short and plain enough for a log line. */
function readRequestId(given: string | string[] | undefined): string | undefined {
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : undefined;
}
