import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireCommand } from '../../bench/measure/command.ts';

/** The folder of one run, with everything that its machines and jobs write. */
export interface Workplace {
  readonly folder: string;
  /** Where programs write down when they ran. */
  readonly marks: string;
  /** Value of WEIR_CHAOS in the environment of every process of a job. */
  readonly tag: string;
}

/** Makes the folder; with `cleanup` what is left of jobs is ended, file systems are unmounted and, unless `keep`, the folder is deleted. */
export function makeWorkplace(cleanup: AsyncDisposableStack, keep: boolean): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'weir-chaos-'));
  chmodSync(folder, 0o755);
  if (!keep) cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  cleanup.defer(() => unmountBelow(folder));
  const marks = join(folder, 'marks');
  mkdirSync(marks);
  makeGpuTool(join(folder, 'bin'));
  cleanup.defer(() => endTagged(folder));
  return { folder, marks, tag: folder };
}

/** Processes of this run's jobs. */
export function listTagged(tag: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readEnvironment(pid).includes(`WEIR_CHAOS=${tag}`))
    .map(Number);
}

/** Stands for the tool of a machine with two GPUs. */
function makeGpuTool(folder: string): void {
  mkdirSync(folder);
  const script = [
    '#!/bin/sh',
    'case "$*" in',
    '*pci.bus_id*) printf "0, 00000000:01:00.0, 8192, 550.54.15, Fake\\n1, 00000000:02:00.0, 8192, 550.54.15, Fake\\n" ;;',
    // Ends when nobody reads any more, as the real one does.
    '*) while echo; do sleep 5; done ;;',
    'esac',
  ];
  writeFileSync(join(folder, 'nvidia-smi'), `${script.join('\n')}\n`, { mode: 0o755 });
}

function readEnvironment(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

function endTagged(tag: string): void {
  for (const pid of listTagged(tag)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}

async function unmountBelow(folder: string): Promise<void> {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`))) await requireCommand(['umount', '-l', mount]);
}
