import { AppError, type LogStream } from '@weir/contract';
import type { LogService } from '../../jobs/log-service.ts';
import { readPiece, type LogCall } from '../log-reader.ts';

/** A log up to this size is shown whole. */
const WHOLE_BYTES = 1024 * 1024;
/** Last lines of a larger one; fewer when so many do not fit into `WHOLE_BYTES`. */
const TAILS = [1000, 100, 10, 1];

/** A log as their query shows it: whole, or its last 1000 lines; at most 1 MiB of memory. One that cannot be read says why. */
export async function readInlinedLog(logs: LogService, call: LogCall, stream: LogStream): Promise<string> {
  try {
    const whole = await readPiece(logs, call, { stream, offset: 0, limit: WHOLE_BYTES + 1 });
    if (whole.data.byteLength <= WHOLE_BYTES) return decode(whole.data);
    return await readTail(logs, call, stream);
  } catch (error) {
    if (error instanceof AppError && error.code === 'node_unreachable') return `...（${error.message}）...\n`;
    throw error;
  }
}

async function readTail(logs: LogService, call: LogCall, stream: LogStream): Promise<string> {
  let shown = '';
  for (const tail of TAILS) {
    const piece = await readPiece(logs, call, { stream, tail, limit: WHOLE_BYTES });
    shown = `...（仅展示最后 ${tail} 行）...\n${decode(piece.data)}`;
    if (piece.data.byteLength < WHOLE_BYTES) return shown;
  }
  return shown;
}

function decode(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}
