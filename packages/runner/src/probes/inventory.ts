import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ExecutorReport, Inventory } from '@weir/contract/protocol';
import { readTextIfThere, type Logger } from '@weir/runtime';
import { countCpus } from './cpu-count.ts';
import { probeGpus } from './gpus/gpu-inventory.ts';
import { measureMemory } from './memory.ts';
import { probeNuma, readAllowedPlaces } from './numa.ts';

/** Version of this package, as nodes show it. */
export const RUNNER_VERSION = '0.1.0';

/** Changes with every boot of the machine. */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** What the runner is told of its node instead of finding it. */
export interface NodeFacts {
  /** Stands in for the CPUs that would be found; null: those. */
  readonly cpus: number | null;
  /** How other nodes reach this one; empty = as the host sees it. */
  readonly address: string;
  readonly executors: readonly ExecutorReport[];
  /** The path of nvidia-smi; undefined: there is none. */
  readonly gpuTool: string | undefined;
}

/** Looks at what this node has. CPUs that are pretended have no place in the machine: then no NUMA node is told. */
export async function takeInventory(log: Logger, facts: NodeFacts): Promise<Inventory> {
  const found = countCpus(readCpuQuota());
  const cpus = facts.cpus ?? found;
  return {
    hostname: hostname().slice(0, 255),
    cpus,
    memoryBytes: measureMemory(process.constrainedMemory()),
    gpus: await probeGpus(log, facts.gpuTool),
    os: readOsName(readTextIfThere('/etc/os-release') ?? '').slice(0, 255),
    bootId: readBootId(),
    runnerVersion: RUNNER_VERSION,
    numa: cpus === found ? probeNuma(readAllowedPlaces()) : [],
    executors: [...facts.executors],
    address: facts.address,
  };
}

/** The pretty name of an os-release file (os-release(5)). */
export function readOsName(osRelease: string): string {
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(osRelease)?.[1] ?? 'Linux';
}

function readCpuQuota(): string | undefined {
  const quota = readTextIfThere('/sys/fs/cgroup/cpu/cpu.cfs_quota_us');
  const period = readTextIfThere('/sys/fs/cgroup/cpu/cpu.cfs_period_us');
  return quota === undefined || period === undefined ? readTextIfThere('/sys/fs/cgroup/cpu.max') : `${quota.trim()} ${period.trim()}`;
}
