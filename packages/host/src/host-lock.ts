import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '@weir/contract';
import { readTextIfThere } from '@weir/runtime';

/**
 * Makes this process the only host of a Weir home until the returned function is called or the process ends in whatever way:
 * the kernel holds the lock (SQLite's, on a file of its own), so that there is no stale one to clean up.
 * Throws `state_conflict` while another host has it.
 */
export function lockHome(home: string): () => void {
  const folder = join(home, 'run');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(folder, 'host.lock'), { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new AppError(
      'state_conflict',
      `another host runs on ${home}${describeOther(folder)}: stop it first, or give this one another WEIR_HOME`,
      { field: 'WEIR_HOME', value: home, cause },
    );
  }
  return () => lock.close();
}

function describeOther(folder: string): string {
  const text = readTextIfThere(join(folder, 'host.json'));
  return text === undefined ? '' : ` (${text.trim()})`;
}
