import { AppError } from '@weir/contract/client';
import { readTextIfThere } from '@weir/runtime/files';

/** Reads a small JSON object that one of our processes wrote; undefined when it is not there or not an object. */
export function readJsonFile(path: string): Record<string, unknown> | undefined {
  const text = readOwnText(path);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined; // half a file of a process that was killed: as good as none
  }
}

function readOwnText(path: string): string | undefined {
  try {
    return readTextIfThere(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('forbidden', `cannot read ${path} (${why}): WEIR_HOME must be a folder of yours`, { cause });
  }
}
