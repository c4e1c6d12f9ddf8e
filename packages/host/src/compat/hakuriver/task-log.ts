import { Readable } from 'node:stream';
import type { LogStream, Routes } from '@weir/contract';
import type { Call } from '../../http/route-table.ts';
import type { LogService } from '../../jobs/log-service.ts';
import { readPiece, type LogCall } from '../log-reader.ts';

const PIECE_BYTES = 1024 * 1024;

type TaskCall = Pick<Call<Routes['taskStdout']>, 'identity' | 'params' | 'signal' | 'reply'>;

/** A whole log as it is now, piece by piece: memory stays flat. Throws when the first piece cannot be read. */
export async function streamLog(logs: LogService, call: TaskCall, stream: LogStream): Promise<Readable> {
  const from: LogCall = { identity: call.identity, jobId: call.params.task_id, signal: call.signal, reply: call.reply };
  const first = await readPiece(logs, from, { stream, offset: 0, limit: PIECE_BYTES });
  void call.reply.type('text/plain; charset=utf-8');
  async function* pieces() {
    let piece = first;
    while (piece.data.byteLength > 0) {
      yield piece.data;
      piece = await readPiece(logs, from, { stream, offset: piece.next, limit: PIECE_BYTES });
    }
  }
  return Readable.from(pieces(), { objectMode: false });
}
