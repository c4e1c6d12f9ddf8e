import { existsSync } from 'node:fs';
import { StageError } from './errors.ts';

/** Checks that directories that earlier stages of a workflow left are in this Weir home. Throws StageError `files_missing`. */
export function requireLeftFiles(workflowId: number, directories: readonly string[]): void {
  const missing = directories.find((directory) => !existsSync(directory));
  if (missing === undefined) return;
  const message =
    `${missing} is not there: an earlier stage left it in the Weir home of another machine, or it was deleted since. ` +
    `"weir workflow retry ${workflowId} --stage data_fetch" makes it anew.`;
  throw new StageError('files_missing', message, { fault: 'system' });
}
