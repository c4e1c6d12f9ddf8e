import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { processIsAlive, readProcessIdentity, type ProcessIdentity } from '@weir/runtime/process-identity';
import { readRecord } from './process-record.ts';

/** Result of trying to become the one supervisor of a home: ours, or whose it is. */
export type Claim =
  | { readonly kind: 'claimed'; /** A dead one held it before. */ readonly inherited: boolean }
  | { readonly kind: 'held'; readonly holder: ProcessIdentity };

/**
 * Takes the record at `path` for this process unless a living one holds it; a dead holder's record is replaced.
 * Appearing with its content in one step (link), the record is never seen empty; what is moved away is put back when it turns out to be a living one's.
 */
export function claim(path: string): Claim {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, `${JSON.stringify(readProcessIdentity(process.pid))}\n`);
  try {
    for (let inherited = false; ; inherited = true) {
      if (linkIfFree(beside, path)) return { kind: 'claimed', inherited };
      const holder = readRecord(path);
      if (holder !== undefined && processIsAlive(holder)) return { kind: 'held', holder };
      removeStale(path);
    }
  } finally {
    rmSync(beside, { force: true });
  }
}

/** Gives up the record at `path` when it is this process's own. */
export function release(path: string): void {
  if (readRecord(path)?.pid === process.pid) rmSync(path, { force: true });
}

function removeStale(path: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = readRecord(aside);
  if (moved !== undefined && processIsAlive(moved)) linkIfFree(aside, path);
  rmSync(aside, { force: true });
}

function linkIfFree(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
