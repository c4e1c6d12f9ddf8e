import { writeFileSync } from 'node:fs';
import { readTextIfThere } from '@weir/runtime';

/** What a shim needs to execute an attempt. */
export interface ShimLaunch {
  readonly stdout: string;
  readonly stderr: string;
  readonly workdir: string;
  readonly timeLimitMs: number | null;
  readonly graceMs: number;
  readonly memory: ShimMemory;
  readonly freezer: { readonly dir: string; readonly version: 1 | 2 } | undefined;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How memory is limited: not, by the shim's own look at its processes, or by a cgroup that the runner made. */
export type ShimMemory =
  | { readonly kind: 'unlimited' }
  | { readonly kind: 'watched'; readonly limitBytes: number }
  | { readonly kind: 'cgroup'; readonly limitBytes: number; readonly dir: string; readonly oomFile: string };

/** Writes the launch file: fields that end with NUL, in the order that shim/supervise.pl reads. */
export function writeLaunchFile(folder: string, launch: ShimLaunch): void {
  const { memory, freezer } = launch;
  const fields = [
    launch.stdout,
    launch.stderr,
    launch.workdir,
    launch.timeLimitMs ?? '',
    launch.graceMs,
    memory.kind === 'unlimited' ? '' : memory.limitBytes,
    memory.kind === 'cgroup' ? memory.dir : '',
    memory.kind === 'cgroup' ? memory.oomFile : '',
    freezer?.dir ?? '',
    freezer?.version ?? '',
    launch.argv.length,
    ...launch.argv,
  ];
  let text = `${fields.join('\0')}\0`;
  for (const name in launch.env) text += `${name}=${launch.env[name] ?? ''}\0`;
  writeFileSync(`${folder}/launch`, text, { mode: 0o600 });
}

/** What a launch file says of the program and its working directory. */
export function readLaunchSubject(folder: string): { program: string; workdir: string } {
  const fields = (readTextIfThere(`${folder}/launch`) ?? '').split('\0');
  return { workdir: fields[2] ?? '', program: fields[11] ?? '' };
}
