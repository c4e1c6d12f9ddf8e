import { readLogPiece, type LogStream } from '@weir/contract/client';
import { callPatiently, type Link, type Patience } from '../connection/patience.ts';
import type { Connection } from '../connection/connect.ts';

const PIECE_BYTES = 4 * 1024 * 1024;
const WAIT_MS = 20_000;

/** A log file of a job; of one on several nodes, of one rank. */
export interface LogSource {
  readonly jobId: number;
  readonly stream: LogStream;
  readonly attempt: number;
  readonly rank: number;
}

/** Where the bytes go; awaited before more are read. */
export type Sink = (data: Uint8Array) => Promise<void>;

/** What part of a log to read. */
export interface LogRange {
  /** Begin with the last N lines instead of the first byte. */
  readonly tail?: number;
}

/** Copies a log from its first byte, or its last N lines, to the end it has now. */
export async function copyLog(connection: Connection, source: LogSource, { sink, tail }: LogRange & { sink: Sink }): Promise<void> {
  let offset: number | undefined;
  for (;;) {
    const piece = await readPiece(connection, source, { offset, tail });
    if (piece.data.byteLength === 0) return;
    await sink(piece.data);
    offset = piece.next;
  }
}

/**
 * Copies a log as it grows until its attempt has ended; each byte once and in order, through restarts of the host and the runner.
 * Throws the last refusal when `givesUp` says that waiting is useless.
 */
export async function followLog(link: Link, source: LogSource, output: LogRange & Patience & { sink: Sink }): Promise<void> {
  let offset: number | undefined;
  for (;;) {
    const piece = await callPatiently(
      link,
      (connection) => readPiece(connection, source, { offset, tail: output.tail, waitMs: WAIT_MS }),
      output,
    );
    await output.sink(offset === undefined ? piece.data : piece.data.subarray(Math.max(0, offset - piece.offset)));
    offset = piece.next;
    // An ended log may be longer than one piece: only an empty one is its end.
    if (piece.ended && piece.data.byteLength === 0) return;
  }
}

interface Wanted {
  readonly offset: number | undefined;
  readonly tail: number | undefined;
  readonly waitMs?: number;
}

function readPiece(connection: Connection, source: LogSource, wanted: Wanted): ReturnType<typeof readLogPiece> {
  return readLogPiece(connection.options, {
    params: { job_id: source.jobId },
    query: {
      stream: source.stream,
      attempt: source.attempt,
      rank: source.rank,
      limit: PIECE_BYTES,
      ...(wanted.offset === undefined
        ? { ...(wanted.tail === undefined ? { offset: 0 } : { tail: wanted.tail }) }
        : { offset: wanted.offset }),
      ...(wanted.waitMs === undefined ? {} : { wait_ms: wanted.waitMs }),
    },
  });
}
