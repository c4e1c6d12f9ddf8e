import { readFileSync } from 'node:fs';
import type { Program } from '@weir/contract/protocol';

/** What a shim needs to execute an attempt, and what the next runner must know of it. */
export interface ShimLaunch {
  /** The boot during which it was begun: its processes are gone after another. */
  readonly bootId: string;
  readonly kind: Program['kind'];
  /** The job's folder; the shim makes it, so that slow disks hold up no other job. */
  readonly jobFolder: string;
  /** Where the program starts; null: in a folder of the job's own. */
  readonly workdir: string | null;
  readonly stdout: string;
  readonly stderr: string;
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

/** Writes a launch as text: fields that end with NUL, in the order that shim/supervise.pl reads. */
export function formatLaunch(launch: ShimLaunch): string {
  const { memory, freezer } = launch;
  const fields = [
    launch.bootId,
    launch.kind,
    launch.jobFolder,
    launch.workdir ?? '',
    launch.stdout,
    launch.stderr,
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
  return text;
}

/** What is read back of a launch. */
export interface LaunchRecord {
  readonly bootId: string;
  readonly isStage: boolean;
  readonly workdir: string;
  readonly memoryBytes: number | null;
  readonly program: string;
}

/** Reads what a later runner must know. */
export function readLaunchRecord(path: string): LaunchRecord {
  const [bootId = '', kind, , workdir = '', , , , , memory = '', , , , , , program = ''] = readFileSync(path, 'utf8').split('\0', 15);
  return { bootId, isStage: kind === 'stage', workdir, memoryBytes: memory === '' ? null : Number(memory), program };
}
