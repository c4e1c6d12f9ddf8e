import type { FastifyInstance } from 'fastify';
import type { WebSocket } from '@fastify/websocket';
import { AppError, SOCKET_PATHS, WorkflowParams, type Event } from '@weir/contract';
import { listEvents } from '../events/event-store.ts';
import { authenticate, readCredential } from '../http/authentication.ts';
import { toCloseReason } from '../http/close-reason.ts';
import { makeCheck } from '../http/validation.ts';
import type { Identity } from '../identity/identity-service.ts';
import type { Services } from '../services.ts';
import { toLogMessage } from './log-messages.ts';

const PAGE = 200;
const PING_MS = 30_000;
/** Unsent bytes of a slow reader above which we wait before reading on. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** RFC 6455 7.4.1. */
const CLOSE = { normal: 1000, policy: 1008, internal: 1011 } as const;
const checkParams = makeCheck(WorkflowParams, 'params');

/**
 * The FuxiCTR workflow's log socket: the status first, then everything after `?after=seq` (from the start without it), then what happens.
 * It ends when the workflow is deleted, or when the reader's token is taken back.
 */
export function registerWorkflowLogSocket(app: FastifyInstance, services: Services): void {
  app.get(
    SOCKET_PATHS.workflowLogs,
    { websocket: true, preValidation: (request) => authenticate(request, services.identity, 'user') },
    (socket, request) => {
      const { identity, params, query, log } = request;
      const secret = readCredential(request);
      if (identity === undefined || secret === undefined) {
        socket.close(CLOSE.policy, 'unauthenticated');
        return;
      }
      const closed = new AbortController();
      socket.on('close', () => closed.abort());
      const reader: Reader = { socket, services, identity, signal: closed.signal };
      const served = services.identity.whileGood({ secret, identity, controller: closed }, () => serve(reader, { params, query }));
      served.catch((error: unknown) => {
        if (!(error instanceof AppError)) log.error({ err: error }, 'log socket failed');
        if (error instanceof AppError) socket.close(CLOSE.policy, toCloseReason(error.message));
        else socket.close(CLOSE.internal, 'internal error');
      });
    },
  );
}

interface Reader {
  readonly socket: WebSocket;
  readonly services: Services;
  readonly identity: Identity;
  readonly signal: AbortSignal;
}

async function serve(reader: Reader, asked: { params: unknown; query: unknown }): Promise<void> {
  const { socket, services, identity } = reader;
  const id = readId(checkParams(asked.params));
  const after = readAfter(asked.query);
  const { workflow, stages } = await services.workflows.find(identity, id);
  const completed = stages.filter((stage) => stage.state === 'completed').length;
  socket.send(JSON.stringify({ type: 'status', task_id: id, data: { status: workflow.state, current_step: completed } }));
  await follow(reader, id, after);
}

async function follow(reader: Reader, id: number, from: number): Promise<void> {
  const { socket, services, signal } = reader;
  let after = from;
  const look = async () => {
    const page = await listEvents(services.store.read, { after, limit: PAGE, workflowId: id });
    return page.length > 0 || !(await services.workflows.exists(id)) ? page : undefined;
  };
  while (!signal.aborted) {
    const events = await services.hub.lookUntil<Event[]>({
      look,
      concerns: (event) => event.workflow_id === id || event.type === 'workflow.deleted',
      waitMs: PING_MS,
      signal,
    });
    for (const event of events ?? []) {
      after = event.seq;
      const message = toLogMessage(event);
      if (message !== undefined) socket.send(JSON.stringify(message));
    }
    await waitUntilDrained(socket, signal);
    if (events === undefined && !signal.aborted) socket.ping();
    if (events?.length === 0) {
      socket.close(CLOSE.normal, 'the workflow is deleted');
      return;
    }
  }
}

async function waitUntilDrained(socket: WebSocket, signal: AbortSignal): Promise<void> {
  while (socket.bufferedAmount > MAX_BUFFERED_BYTES && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, 20));
}

function readId(params: unknown): number {
  return typeof params === 'object' && params !== null && 'task_id' in params ? Number(params.task_id) : 0;
}

function readAfter(query: unknown): number {
  const text = typeof query === 'object' && query !== null && 'after' in query ? String(query.after) : '0';
  const after = Number(text);
  if (!Number.isSafeInteger(after) || after < 0)
    throw new AppError('invalid_input', `after=${text} must be a sequence number`, { field: 'after', value: text });
  return after;
}
