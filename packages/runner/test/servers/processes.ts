import { readdirSync, readFileSync } from 'node:fs';

/** A process of this machine, as far as it may be looked at. */
export interface SeenProcess {
  readonly pid: number;
  readonly argv: readonly string[];
  /** `NAME=value`, as it was started with. */
  readonly environment: readonly string[];
}

/** The processes of this machine. */
export function listProcesses(): SeenProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), argv: readProc(`/proc/${name}/cmdline`), environment: readProc(`/proc/${name}/environ`) }));
}

/** NUL-separated text of a process; empty when it has ended or is not ours. */
function readProc(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\0');
  } catch {
    return [];
  }
}
