import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const ROTATE_BYTES = 10 * 1024 * 1024;
const KEPT = 3;
const TAIL_BYTES = 64 * 1024;

/** Opens a log to append to, after moving one that has grown large to `.1` (`.1` to `.2` …); the caller closes it. */
export function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > ROTATE_BYTES) rotate(path);
  return openSync(path, 'a', 0o600);
}

/** Size of a log now: what is written later begins there. */
export function sizeOfLog(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The last lines that a log got after byte `from`; none when it is not there. */
export function tailOfLog(path: string, from: number, lines: number): string[] {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return [];
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const start = Math.max(from > size ? 0 : from, size - TAIL_BYTES);
    const buffer = Buffer.alloc(size - start);
    const length = readSync(file, buffer, 0, buffer.byteLength, start);
    const text = buffer.toString('utf8', 0, length).trimEnd();
    return text === '' ? [] : text.split('\n').slice(-lines);
  } finally {
    closeSync(file);
  }
}

function rotate(path: string): void {
  for (let number = KEPT; number > 1; number -= 1) {
    if (statSync(`${path}.${number - 1}`, { throwIfNoEntry: false }) !== undefined)
      renameSync(`${path}.${number - 1}`, `${path}.${number}`);
  }
  renameSync(path, `${path}.1`);
}
