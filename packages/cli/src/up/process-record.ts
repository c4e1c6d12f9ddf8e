import { processIsAlive, type ProcessIdentity } from '@weir/runtime/process-identity';
import { readJsonFile } from '../input/json-file.ts';

/** What a process wrote down about itself. */
export interface ProcessRecord extends ProcessIdentity {
  /** Where a host listens; of a supervisor, once it has seen its host ready. */
  readonly url: string | undefined;
}

/** Reads the record at `path` of a process, living or dead; undefined when there is none. */
export function readRecord(path: string): ProcessRecord | undefined {
  const record = readJsonFile(path);
  const pid = record?.['pid'];
  const startTicks = record?.['startTicks'];
  const url = record?.['url'];
  if (typeof pid !== 'number' || typeof startTicks !== 'number') return undefined;
  return { pid, startTicks, url: typeof url === 'string' ? url : undefined };
}

/** Reads the record at `path` of a process that lives; a stale one counts as none. */
export function readLivingRecord(path: string): ProcessRecord | undefined {
  const record = readRecord(path);
  return record !== undefined && processIsAlive(record) ? record : undefined;
}
