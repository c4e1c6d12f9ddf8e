import { AppError, LOG_HEADERS, ROUTES, type Routes } from '@weir/contract';
import { readCredential } from '../http/authentication.ts';
import type { Call } from '../http/route-table.ts';

/** Set on a request that one host makes to another: that one answers itself or not at all, so that no request goes in circles. */
const FORWARDED = 'weir-forwarded';
/** Beyond the wait that was asked for: how long the other host may take. */
const ANSWER_MS = 20_000;
const MAX_PIECE_BYTES = 4 * 1024 * 1024;

/** A piece of a log as another host gave it. */
export interface RemotePiece {
  readonly offset: number;
  readonly ended: boolean;
  readonly data: Uint8Array;
}

/** True for a request that another host has sent on. */
export function wasForwarded(call: Call<Routes['jobLogs']>): boolean {
  return call.reply.request.headers[FORWARDED] !== undefined;
}

/** Asks the host at `url` for the same piece, with the caller's own credential; throws `node_unreachable` when it does not give it. */
export async function readRemoteLog(call: Call<Routes['jobLogs']>, url: string, attempt: number): Promise<RemotePiece> {
  const target = new URL(ROUTES.jobLogs.path.replace(':job_id', String(call.params.job_id)), url);
  for (const [name, value] of Object.entries({ ...call.query, attempt })) target.searchParams.set(name, String(value));
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout((call.query.wait_ms ?? 0) + ANSWER_MS)]);
  const headers = { authorization: `Bearer ${readCredential(call.reply.request) ?? ''}`, [FORWARDED]: '1' };
  try {
    const answer = await fetch(target, { headers, signal, redirect: 'error' });
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    const read = (name: string) => answer.headers.get(name) ?? '';
    return { offset: Number(read(LOG_HEADERS.offset)), ended: read(LOG_HEADERS.ended) === 'true', data: await readBounded(answer) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError(
      'node_unreachable',
      `the log is read through another host, ${url}, that does not give it: ${why}; try again shortly`,
      { cause },
    );
  }
}

async function readBounded(answer: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  if (answer.body === null) return new Uint8Array();
  for await (const part of answer.body) {
    bytes += part.byteLength;
    if (bytes > MAX_PIECE_BYTES) throw new Error(`it sent more than ${MAX_PIECE_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
