import { availableParallelism } from 'node:os';

/** CPUs that this process may run on: its affinity mask, cut by a quota of its control group. */
export function countCpus(cpuMax: string | undefined): number {
  return Math.max(1, Math.min(availableParallelism(), parseCpuQuota(cpuMax) ?? Number.POSITIVE_INFINITY));
}

/** Reads `cpu.max` (`QUOTA PERIOD`) or the joined version 1 files to whole CPUs, rounded up; undefined when there is no quota. */
export function parseCpuQuota(text: string | undefined): number | undefined {
  const match = /^(\d+)\s+(\d+)/.exec(text ?? '');
  return match === null || Number(match[2]) === 0 ? undefined : Math.ceil(Number(match[1]) / Number(match[2]));
}
