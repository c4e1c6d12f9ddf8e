import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Inventory } from '@weir/contract/protocol';
import { readTextIfThere, type Logger } from '@weir/runtime';
import { countCpus } from './cpu-count.ts';
import { probeGpus } from './gpus.ts';
import { measureMemory } from './memory.ts';

/** Version of this package, as nodes show it. */
export const RUNNER_VERSION = '0.1.0';

/** Changes with every boot of the machine. */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Looks at what this node has; `cpus` stands in for what it would find. */
export async function takeInventory(log: Logger, cpus: number | null): Promise<Inventory> {
  return {
    hostname: hostname().slice(0, 255),
    cpus: cpus ?? countCpus(readCpuQuota()),
    memoryBytes: measureMemory(process.constrainedMemory()),
    gpus: await probeGpus(log),
    os: readOsName(readTextIfThere('/etc/os-release') ?? '').slice(0, 255),
    bootId: readBootId(),
    runnerVersion: RUNNER_VERSION,
    numa: [],
    executors: [{ kind: 'process', usable: true, notes: [] }],
    address: '',
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
