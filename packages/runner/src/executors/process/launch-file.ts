import { readFileSync } from 'node:fs';
import type { Program } from '@weir/contract/protocol';

/** What a shim needs to execute an attempt, and what the next runner must know of it. */
export interface ShimLaunch {
  /** The boot during which it was begun: its processes are gone after another. */
  readonly bootId: string;
  readonly kind: Program['kind'];
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

/** Writes a launch as text: fields that end with NUL, in the order that shim/supervise.pl reads. */
export function formatLaunch(launch: ShimLaunch): string {
  const { memory, freezer } = launch;
  const fields = [
    launch.bootId,
    launch.kind,
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
  const [bootId = '', kind, , , workdir = '', , , memory = '', , , , , , program = ''] = readFileSync(path, 'utf8').split('\0', 14);
  return { bootId, isStage: kind === 'stage', workdir, memoryBytes: memory === '' ? null : Number(memory), program };
}
