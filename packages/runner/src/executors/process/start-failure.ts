import { constants } from 'node:os';
import { getSystemErrorMessage } from 'node:util';
import type { LaunchRecord } from './launch-file.ts';

type Subject = Pick<LaunchRecord, 'program' | 'workdir' | 'osUser' | 'stdoutPath' | 'stderrPath' | 'remark'>;

/** What each step of a start was about, for people. */
const STEPS: Record<string, (subject: Subject) => string> = {
  program: ({ program }) => `cannot run "${program}"`,
  workdir: ({ workdir }) => `cannot enter the working directory "${workdir}"`,
  folder: () => 'cannot make the folder of the job',
  stdout: ({ stdoutPath }) => `cannot open the file for standard output${quote(stdoutPath)}`,
  stderr: ({ stderrPath }) => `cannot open the file for standard error${quote(stderrPath)}`,
  group: () => 'cannot put the process into its control group',
  bind: () => 'cannot bind the process to its CPUs',
  user: ({ osUser }) => `cannot become the OS user "${osUser}"`,
  fork: () => 'cannot make a process',
  launch: () => 'the launch file is unreadable',
};

/** Where the errno alone would not say what is wrong. */
const SPECIAL: Record<string, (subject: Subject, errno: number) => string | undefined> = {
  stdout: ({ stdoutPath }, errno) => explainOutput(stdoutPath, errno),
  stderr: ({ stderrPath }, errno) => explainOutput(stderrPath, errno),
  nobody: ({ osUser }) => `this node runs jobs as the OS user of the same name, and has no user "${osUser}": ask for an account on it`,
  root: ({ osUser }) => `this node runs jobs as the OS user of the same name, but never as "${osUser}" with user id 0`,
  scope: ({ remark }) => `systemd started no scope for the job: ${remark.trim() === '' ? 'it gave no reason' : remark.trim()}`,
};

/** Says why a program could not be started. */
export function describeStartFailure(step: string, errno: number, subject: Subject): string {
  const special = SPECIAL[step]?.(subject, errno);
  if (special !== undefined) return special;
  return `${STEPS[step]?.(subject) ?? `step "${step}" failed`}: ${getSystemErrorMessage(-errno)}`;
}

function explainOutput(path: string, errno: number): string | undefined {
  if (path === '') return undefined;
  if (errno === constants.errno.ELOOP || errno === constants.errno.ENOTDIR)
    return `output${quote(path)} leads through a symbolic link or something that is no folder; links are not followed below the working directory`;
  return errno === constants.errno.ENXIO ? `output${quote(path)} is not a regular file` : undefined;
}

function quote(path: string): string {
  return path === '' ? '' : ` "${path}"`;
}
