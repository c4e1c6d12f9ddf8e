import { AppError } from '@weir/contract/client';
import { sizeOfLog, tailOfLog } from './log-file.ts';
import { logOf, type Places } from './places.ts';

const TAIL_LINES = 10;
const NAMES = ['host', 'runner', 'up'] as const;

/** How long each log was before a start. */
export type LogMarks = Readonly<Record<(typeof NAMES)[number], number>>;

/** Notes the ends of the logs before a start, so that a failure shows only what is new. */
export function markLogs(places: Places): LogMarks {
  return { host: sizeOfLog(logOf(places, 'host')), runner: sizeOfLog(logOf(places, 'runner')), up: sizeOfLog(logOf(places, 'up')) };
}

/** Makes a failed start readable: what is missing, and what the logs have said since `marks`. */
export function explainStart(error: unknown, places: Places, marks: LogMarks): unknown {
  if (!(error instanceof AppError)) return error;
  const tails = NAMES.flatMap((name) => {
    const lines = tailOfLog(logOf(places, name), marks[name], TAIL_LINES);
    return lines.length === 0 ? [] : [`--- ${logOf(places, name)}`, ...lines];
  });
  return new AppError(error.code, [`Weir did not start: ${error.message}`, ...tails].join('\n'), { cause: error });
}
