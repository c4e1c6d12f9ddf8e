import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { MAX_STAGE_EVENT_BYTES } from '@weir/contract/protocol';
import { hasErrorCode } from '../error-code.ts';

/** Whole lines of an event file, each the text of one JSON value. */
export interface EventBatch {
  readonly offset: number;
  readonly nextOffset: number;
  readonly lines: readonly string[];
}

const BATCH_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
const SHOWN_CHARACTERS = 500;

/**
 * Reads the lines that follow byte `offset`: about 1 MiB, or one longer line. Undefined when no whole line is there.
 * With `final` the rest of the file counts as a line even without a newline. A line that is not JSON, and one above
 * MAX_STAGE_EVENT_BYTES, is given as a `log` event of level WARNING; empty lines are left out.
 */
export function readEventBatch(path: string, offset: number, final: boolean): EventBatch | undefined {
  const file = openIfThere(path);
  if (file === undefined) return undefined;
  try {
    const { size } = fstatSync(file);
    if (size <= offset) return undefined;
    return readLines(file, { offset, size, final, bytes: BATCH_BYTES }) ?? readLongLine(file, { offset, size, final });
  } finally {
    closeSync(file);
  }
}

interface Span {
  readonly offset: number;
  readonly size: number;
  readonly final: boolean;
}

function readLines(file: number, span: Span & { bytes: number }): EventBatch | undefined {
  const { offset } = span;
  const block = readBlock(file, offset, Math.min(span.bytes, span.size - offset));
  const isRest = span.final && offset + block.length >= span.size;
  const length = isRest ? block.length : block.lastIndexOf(NEWLINE) + 1;
  if (length === 0) return undefined;
  return { offset, nextOffset: offset + length, lines: splitLines(block.subarray(0, length)).flatMap(toJsonLine) };
}

function readLongLine(file: number, span: Span): EventBatch | undefined {
  const { offset, size, final } = span;
  if (size - offset <= BATCH_BYTES) return undefined;
  const end = findLineEnd(file, offset + BATCH_BYTES, size) ?? (final ? size : undefined);
  if (end === undefined) return undefined;
  const length = end - offset;
  const lines = length > MAX_STAGE_EVENT_BYTES + 1 ? [tooLong(length)] : splitLines(readBlock(file, offset, length)).flatMap(toJsonLine);
  return { offset, nextOffset: end, lines };
}

/** The byte after the first newline at or after `from`. */
function findLineEnd(file: number, from: number, size: number): number | undefined {
  for (let at = from; at < size; at += BATCH_BYTES) {
    const found = readBlock(file, at, Math.min(BATCH_BYTES, size - at)).indexOf(NEWLINE);
    if (found >= 0) return at + found + 1;
  }
  return undefined;
}

function readBlock(file: number, offset: number, bytes: number): Buffer {
  const block = Buffer.allocUnsafe(bytes);
  return block.subarray(0, readSync(file, block, 0, bytes, offset));
}

function splitLines(block: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  while (start < block.length) {
    const newline = block.indexOf(NEWLINE, start);
    const end = newline < 0 ? block.length : newline;
    lines.push(block.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

function toJsonLine(line: Buffer): string[] {
  try {
    const text = strictUtf8.decode(line).trim();
    if (text === '') return [];
    JSON.parse(text);
    return [text];
  } catch {
    return [warning(`not a line of JSON: ${line.toString('utf8').slice(0, SHOWN_CHARACTERS)}`)];
  }
}

function tooLong(bytes: number): string {
  return warning(`an event line of ${bytes} bytes was left out: the longest is ${MAX_STAGE_EVENT_BYTES}`);
}

function warning(message: string): string {
  return JSON.stringify({ type: 'log', at: new Date().toISOString(), level: 'WARNING', message });
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
