import type {} from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import { AppError, SOCKET_PATHS, type Event } from '@weir/contract';
import { listEvents } from '../events/event-store.ts';
import { authenticate } from '../http/authentication.ts';
import { makeCheck } from '../http/validation.ts';
import { WorkflowParams } from '@weir/contract';
import type { Services } from '../services.ts';
import { toLogMessage } from './log-messages.ts';

const PAGE = 200;
/** Unsent bytes of a slow reader above which we wait before reading on. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const checkParams = makeCheck(WorkflowParams, 'params');

/** The FuxiCTR workflow's log socket: the status first, then everything after `?after=seq` (from the start without it), then what happens. */
export function registerWorkflowLogSocket(app: FastifyInstance, services: Services): void {
  app.get(
    SOCKET_PATHS.workflowLogs,
    { websocket: true, preValidation: (request) => authenticate(request, services.identity, 'user') },
    (socket, request) => {
      const { identity } = request;
      if (identity === undefined) return socket.close(1008, 'unauthenticated');
      const start = async () => {
        const { task_id: id } = checkParams(request.params) as { task_id: number };
        const { workflow, stages } = await services.workflows.find(identity, id);
        const completed = stages.filter((stage) => stage.state === 'completed').length;
        socket.send(JSON.stringify({ type: 'status', task_id: id, data: { status: workflow.state, current_step: completed } }));
        await follow(socket, { services, id, after: readAfter(request.query) });
      };
      start().catch((error: unknown) => {
        if (!(error instanceof AppError)) request.log.error({ err: error }, 'log socket failed');
        socket.close(error instanceof AppError ? 1008 : 1011, error instanceof AppError ? error.message.slice(0, 120) : 'internal error');
      });
    },
  );
}

async function follow(socket: WebSocket, from: { services: Services; id: number; after: number }): Promise<void> {
  const { services, id } = from;
  const closed = new AbortController();
  socket.on('close', () => closed.abort());
  socket.on('error', () => closed.abort());
  let { after } = from;
  while (!closed.signal.aborted) {
    const events = await services.hub.lookUntil<Event[]>({
      look: async () =>
        ((page) => (page.length > 0 ? page : undefined))(await listEvents(services.store.read, { after, limit: PAGE, workflowId: id })),
      concerns: (event) => event.workflow_id === id || (event.type === 'workflow.deleted' && event.data['workflow_id'] === id),
      waitMs: 30_000,
      signal: closed.signal,
    });
    for (const event of events ?? []) {
      after = event.seq;
      const message = toLogMessage(event);
      if (message !== undefined) socket.send(JSON.stringify(message));
    }
    await drained(socket, closed.signal);
    if (events === undefined) socket.ping();
  }
}

async function drained(socket: WebSocket, signal: AbortSignal): Promise<void> {
  while (socket.bufferedAmount > MAX_BUFFERED_BYTES && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, 20));
}

function readAfter(query: unknown): number {
  const text = typeof query === 'object' && query !== null && 'after' in query ? String(query.after) : '0';
  const after = Number(text);
  if (!Number.isSafeInteger(after) || after < 0)
    throw new AppError('invalid_input', `after=${text} must be a sequence number`, { field: 'after', value: text });
  return after;
}
