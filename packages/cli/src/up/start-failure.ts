import { AppError } from '@weir/contract/client';
import { sizeOfLog, tailOfLog } from './log-file.ts';
import { readableLogLine } from './log-line.ts';
import { logOf, type Places } from './places.ts';

/** How a failed start is told. */
export const START_FAILED = 'Weir did not start: ';

const TAIL_LINES = 10;
const NAMES = ['host', 'runner'] as const;

/** How long each log was before a start. */
export type LogMarks = Readonly<Record<(typeof NAMES)[number], number>>;

/** Notes the ends of the logs before a start, so that a failure shows only what is new. */
export function markLogs(places: Places): LogMarks {
  return { host: sizeOfLog(logOf(places, 'host')), runner: sizeOfLog(logOf(places, 'runner')) };
}

/** Makes a failed start readable: what is missing, and what the logs have said since `marks`. */
export function explainStart(error: unknown, places: Places, marks: LogMarks): unknown {
  if (!(error instanceof AppError)) return error;
  const tails = NAMES.flatMap((name) => {
    const path = logOf(places, name);
    const lines = tailOfLog(path, marks[name], TAIL_LINES).map((line) => `  ${readableLogLine(line)}`);
    return lines.length === 0 ? [] : [`${path}:`, ...lines];
  });
  return new AppError(error.code, [`${START_FAILED}${error.message}`, ...tails].join('\n'), { cause: error });
}
