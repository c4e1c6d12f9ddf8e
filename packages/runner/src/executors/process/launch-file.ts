import { readFileSync } from 'node:fs';
import type { ExecutorKind, Program } from '@weir/contract/protocol';
import type { Placement } from './containment.ts';

/** What a shim needs to execute an attempt, and what the next runner must know of it. */
export interface ShimLaunch {
  /** The boot during which it was begun: its processes are gone after another. */
  readonly bootId: string;
  readonly kind: Program['kind'];
  readonly executor: ExecutorKind;
  /** The job's folder; the shim makes it, so that slow disks hold up no other job. */
  readonly jobFolder: string;
  /** Where the program starts; null: in a folder of the job's own. */
  readonly workdir: string | null;
  readonly output: ShimOutput;
  /** The OS user to run as; null: that of the runner. */
  readonly osUser: string | null;
  readonly timeLimitMs: number | null;
  readonly graceMs: number;
  /** Null: memory is not limited. */
  readonly memoryBytes: number | null;
  readonly placement: Placement;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Where output goes. */
export interface ShimOutput {
  /** Files in the job's folder: the output, or a link that tells which file of the user holds it. */
  readonly stdout: string;
  readonly stderr: string;
  /** Files of the user, below the working directory; null: those of the job's folder. */
  readonly stdoutPath: string | null;
  readonly stderrPath: string | null;
  /** Empty the user's files first. */
  readonly truncate: boolean;
}

/** The fields before the lists, in the order that shim/supervise.pl reads. */
const FIELDS = {
  boot: (launch) => launch.bootId,
  kind: (launch) => launch.kind,
  executor: (launch) => launch.executor,
  job_dir: (launch) => launch.jobFolder,
  workdir: (launch) => launch.workdir ?? '',
  stdout: (launch) => launch.output.stdout,
  stderr: (launch) => launch.output.stderr,
  stdout_path: (launch) => launch.output.stdoutPath ?? '',
  stderr_path: (launch) => launch.output.stderrPath ?? '',
  truncate: (launch) => (launch.output.truncate ? 1 : ''),
  os_user: (launch) => launch.osUser ?? '',
  time_limit: (launch) => launch.timeLimitMs ?? '',
  grace: (launch) => launch.graceMs,
  memory_limit: (launch) => launch.memoryBytes ?? '',
  oom_file: (launch) => launch.placement.oomFile ?? '',
  freezer_dir: (launch) => launch.placement.freezer?.dir ?? '',
  freezer_version: (launch) => launch.placement.freezer?.version ?? '',
  cpus: (launch) => launch.placement.cpuIds.join(','),
  numa: (launch) => launch.placement.numa ?? '',
  group_count: (launch) => launch.placement.groups.length,
  argc: (launch) => launch.argv.length,
} satisfies Record<string, (launch: ShimLaunch) => string | number>;

const NAMES = Object.keys(FIELDS);
const WRITERS = Object.values(FIELDS);

/** Writes a launch as text: fields that end with NUL, then the groups, the arguments and the variables. */
export function formatLaunch(launch: ShimLaunch): string {
  let text = '';
  for (const write of WRITERS) text += `${write(launch)}\0`;
  for (const group of launch.placement.groups) text += `${group}\0`;
  for (const argument of launch.argv) text += `${argument}\0`;
  for (const name in launch.env) text += `${name}=${launch.env[name] ?? ''}\0`;
  return text;
}

/** What is read back of a launch. */
export interface LaunchRecord {
  readonly bootId: string;
  readonly executor: string;
  readonly isStage: boolean;
  readonly workdir: string;
  readonly osUser: string;
  readonly stdoutPath: string;
  readonly stderrPath: string;
  readonly memoryBytes: number | null;
  readonly isContained: boolean;
  readonly program: string;
  /** What whoever refused the start added; mostly empty. */
  readonly remark: string;
}

/** Reads what a later runner must know. */
export function readLaunchRecord(path: string): LaunchRecord {
  const fields = readFileSync(path, 'utf8').split('\0');
  const read = (name: keyof typeof FIELDS) => fields[NAMES.indexOf(name)] ?? '';
  const memory = read('memory_limit');
  const groups = Number(read('group_count'));
  return {
    bootId: read('boot'),
    executor: read('executor'),
    isStage: read('kind') === 'stage',
    workdir: read('workdir'),
    osUser: read('os_user'),
    stdoutPath: read('stdout_path'),
    stderrPath: read('stderr_path'),
    memoryBytes: memory === '' ? null : Number(memory),
    isContained: groups > 0,
    program: fields[NAMES.length + groups] ?? '',
    remark: fields.at(-1) ?? '',
  };
}
