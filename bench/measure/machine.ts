import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** What a reader must know of the machine to compare figures. */
export interface Machine {
  readonly cpus: number;
  readonly memory_gb: number;
  readonly cpu_model: string;
  readonly node: string;
  readonly kernel: string;
  readonly os: string;
}

/** Describes the machine that the benchmark runs on. */
export function describeMachine(): Machine {
  return {
    cpus: availableParallelism(),
    memory_gb: Math.round(totalmem() / 1024 ** 3),
    cpu_model: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    kernel: release(),
    os: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux',
  };
}
