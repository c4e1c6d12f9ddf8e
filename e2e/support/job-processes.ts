import { readdirSync, readFileSync } from 'node:fs';

/** Processes of a job on this machine: those whose environment names it. */
export function listJobProcesses(jobId: number): { pid: number; command: string }[] {
  return listProcessesWith([`WEIR_JOB_ID=${jobId}`]);
}

/** Processes on this machine whose environment has all these variables. */
export function listProcessesWith(variables: readonly string[]): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const environment = readProc(`/proc/${name}/environ`);
      if (!variables.every((variable) => environment.includes(variable))) return [];
      return [{ pid: Number(name), command: readProc(`/proc/${name}/cmdline`).join(' ') }];
    });
}

/** NUL-separated text of a process; empty when it has ended or is not ours. */
function readProc(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\0');
  } catch {
    return [];
  }
}
