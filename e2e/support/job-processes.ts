import { listProcesses } from '../../packages/runner/test/servers/processes.ts';

/** Processes of a job on this machine: those whose environment names it. */
export function listJobProcesses(jobId: number): { pid: number; command: string }[] {
  return listProcessesWith([`WEIR_JOB_ID=${jobId}`]);
}

/** Processes on this machine whose environment has all these variables. */
export function listProcessesWith(variables: readonly string[]): { pid: number; command: string }[] {
  return listProcesses()
    .filter(({ environment }) => variables.every((variable) => environment.includes(variable)))
    .map(({ pid, argv }) => ({ pid, command: argv.join(' ') }));
}
