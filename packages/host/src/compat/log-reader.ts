import type { FastifyReply } from 'fastify';
import { LOG_HEADERS, type LogStream } from '@weir/contract';
import type { Identity } from '../identity/identity.ts';
import type { LogService } from '../jobs/log-service.ts';

/** Whose request wants to read which job's log. */
export interface LogCall {
  readonly identity: Identity;
  readonly jobId: number;
  readonly signal: AbortSignal;
  readonly reply: FastifyReply;
}

/** A piece of a log to read: from a byte, or the last lines. */
export interface LogPlace {
  readonly stream: LogStream;
  readonly offset?: number;
  readonly tail?: number;
  readonly limit: number;
}

/** Reads at most `limit` bytes of a log; less means that nothing more is there now. Throws as the log service does. */
export async function readPiece(logs: LogService, call: LogCall, place: LogPlace): Promise<{ data: Uint8Array; next: number }> {
  const { reply, identity, signal } = call;
  const data = await logs.read({
    params: { job_id: call.jobId },
    query: place,
    body: undefined,
    headers: undefined,
    identity,
    signal,
    reply,
  });
  const next = Number(reply.getHeader(LOG_HEADERS.next));
  for (const name of Object.values(LOG_HEADERS)) void reply.removeHeader(name);
  return { data, next };
}
