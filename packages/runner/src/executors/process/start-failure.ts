import { getSystemErrorMessage } from 'node:util';

/** What each step of a start was about, for people; `%` stands for the program or the folder. */
const STEPS: Record<string, string> = {
  program: 'cannot run "%"',
  workdir: 'cannot enter the working directory "%"',
  folder: 'cannot make the folder of the job',
  stdout: 'cannot open the file for standard output',
  stderr: 'cannot open the file for standard error',
  cgroup: 'cannot put the process under its memory limit',
  fork: 'cannot make a process',
  launch: 'the launch file is unreadable',
};

/** Says why a program could not be started. */
export function describeStartFailure(step: string, errno: number, subject: { program: string; workdir: string }): string {
  const what = (STEPS[step] ?? `step "${step}" failed`).replace('%', () => (step === 'workdir' ? subject.workdir : subject.program));
  return `${what}: ${getSystemErrorMessage(-errno)}`;
}
