import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { round } from './statistics.ts';

/** What a reader must know of the machine to compare figures. */
export interface Machine {
  readonly cpus: number;
  readonly memory_gb: number;
  readonly cpu_model: string;
  readonly node: string;
  readonly kernel: string;
  readonly os: string;
  /** Processes that wanted a CPU during the minute before: well above 0 means that others were measured too. */
  readonly load_before: number;
}

/** Describes the machine; to be called before the benchmark, for the load that others make. */
export function describeMachine(): Machine {
  return {
    cpus: availableParallelism(),
    memory_gb: Math.round(totalmem() / 1024 ** 3),
    cpu_model: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    kernel: release(),
    os: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux',
    load_before: round(loadavg()[0] ?? 0),
  };
}
