import { AppError } from '@weir/contract';
import { readTextIfThere, writeFileAtomic } from '@weir/runtime';

/** The file beside a SQLite store that says where it went. */
function markerOf(path: string): string {
  return `${path}.moved`;
}

/** Notes that a SQLite store was moved to `target`, so that no host starts on the old file by accident. */
export function markMoved(path: string, target: string): void {
  writeFileAtomic(markerOf(path), `${target}\n`, 0o600);
}

/** Throws `state_conflict` for a SQLite store that was moved elsewhere. */
export function refuseMoved(path: string): void {
  const target = readTextIfThere(markerOf(path))?.trim();
  if (target === undefined) return;
  throw new AppError(
    'state_conflict',
    `the store ${path} was moved to ${target}: start the host with --store, or delete ${markerOf(path)} to go on with what the old file had then`,
    { field: 'WEIR_STORE', value: path },
  );
}
