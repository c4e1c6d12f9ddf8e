import { formatClock } from '../output/times.ts';

const LEVELS: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warning', 50: 'error', 60: 'fatal' };

/** Makes a line of a process's log readable: `12:00:01 error: cannot listen`; a line that is not one of the logger's stays as it is. */
export function readableLogLine(line: string): string {
  const entry = parseEntry(line);
  return entry === undefined ? line : `${formatClock(entry.time)} ${LEVELS[entry.level] ?? 'level ' + String(entry.level)}: ${entry.msg}`;
}

interface LogEntry {
  readonly time: string;
  readonly level: number;
  readonly msg: string;
}

function parseEntry(line: string): LogEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('msg' in value) || !('level' in value) || !('time' in value)) return undefined;
    const { msg, level, time } = value;
    return typeof msg === 'string' && typeof level === 'number' && typeof time === 'number'
      ? { msg, level, time: new Date(time).toISOString() }
      : undefined;
  } catch {
    return undefined; // the words of a program that died before it had a logger
  }
}
