import { readFileSync, statSync } from 'node:fs';
import { AppError } from '@weir/contract/client';

/** A text that the API takes: what it is for people, and how long it may be. */
export interface TextRule {
  readonly what: string;
  readonly maxBytes: number;
}

/** Reads a text file, or standard input for `-`; refuses with its name what is missing, too long, binary or not UTF-8. */
export function readTextFile(path: string, rule: TextRule): string {
  const shown = path === '-' ? 'standard input' : path;
  const bytes = readBytes(path, { ...rule, shown });
  if (bytes.byteLength > rule.maxBytes)
    throw refuse(rule, `${shown} has ${bytes.byteLength} bytes, at most ${rule.maxBytes} are taken`, path);
  const text = decode(bytes);
  if (text === undefined) throw refuse(rule, `${shown} is not text in UTF-8`, path);
  if (text.trim() === '') throw refuse(rule, `${shown} is empty`, path);
  return text;
}

/** Reads an option that holds its text itself, or names the file that holds it as `@FILE` (`@-` = standard input). */
export function readTextOption(value: string, rule: TextRule): string {
  return value.startsWith('@') ? readTextFile(value.slice(1), rule) : value;
}

function readBytes(path: string, rule: TextRule & { shown: string }): Buffer {
  try {
    if (path === '-') return readFileSync(0);
    const facts = statSync(path);
    if (facts.isDirectory()) throw refuse(rule, `${rule.shown} is a directory`, path);
    if (facts.size > rule.maxBytes) throw refuse(rule, describeExcess(rule, facts.size), path);
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw refuse(rule, `cannot read ${rule.shown}: ${describeCause(cause)}`, path);
  }
}

function decode(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function refuse(rule: TextRule, message: string, value: string): AppError {
  return new AppError('invalid_input', `${rule.what}: ${message}`, { field: rule.what, value });
}

function describeExcess(rule: TextRule & { shown: string }, bytes: number): string {
  return `${rule.shown} has ${bytes} bytes, at most ${rule.maxBytes} are taken`;
}

const CAUSES: Record<string, string> = { ENOENT: 'no such file', EACCES: 'permission denied' };

function describeCause(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return CAUSES[code] ?? cause.message;
}
