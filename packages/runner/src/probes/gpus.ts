import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Gpu } from '@weir/contract/protocol';
import type { Logger } from '@weir/runtime';
import { hasErrorCode } from '../error-code.ts';

const QUERY = ['--query-gpu=index,name,memory.total', '--format=csv,noheader,nounits'];
const TIMEOUT_MS = 20_000;
const MIB = 1024 * 1024;

/** Asks the driver's own tool for the GPUs of this node; none when the tool is not there or fails. */
export async function probeGpus(log: Logger): Promise<Gpu[]> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', QUERY, { timeout: TIMEOUT_MS });
    return parseGpus(stdout);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) log.warn({ err: error }, 'nvidia-smi is there but does not answer; this node offers no GPU');
    return [];
  }
}

/** Reads `0, NVIDIA L4, 23034` lines; a line of another form is left out. */
export function parseGpus(text: string): Gpu[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s*,\s*(.+?)\s*,\s*(\d+)\s*$/.exec(line);
    return match === null ? [] : [{ index: Number(match[1]), name: match[2] ?? '', memoryBytes: Number(match[3]) * MIB }];
  });
}
