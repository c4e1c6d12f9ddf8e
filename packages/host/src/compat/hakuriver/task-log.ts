import { Readable } from 'node:stream';
import { AppError, type LogStream, type Routes } from '@weir/contract';
import type { Call } from '../../http/route-table.ts';
import type { Services } from '../../services.ts';
import { readPiece, type LogCall } from '../log-reader.ts';

const PIECE_BYTES = 1024 * 1024;

type TaskCall = Pick<Call<Routes['taskStdout']>, 'identity' | 'params' | 'signal' | 'reply'>;

/** A whole log as it is now, piece by piece: memory stays flat. Throws `not_found` for a task that never ran, and as the log service does. */
export async function streamLog({ jobs, logs }: Services, call: TaskCall, stream: LogStream): Promise<Readable> {
  const id = call.params.task_id;
  const job = await jobs.show(call.identity, id, { ms: 0, signal: call.signal });
  if (job.started_at === null)
    throw new AppError('not_found', `task ${id} has no ${stream}: it has not run`, { field: 'task_id', value: id });
  const from: LogCall = { identity: call.identity, jobId: id, signal: call.signal, reply: call.reply };
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
