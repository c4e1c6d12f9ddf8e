import { readFileSync } from 'node:fs';
import type { Launch } from '@weir/contract/protocol';
import type { CgroupPlace, Controller } from './cgroup-layout.ts';

type Files = [name: string, value: string][];

/** A file that groups have when a controller works in them, by version. */
export const CONTROLLER_FILE: Readonly<Record<Controller, Readonly<Record<1 | 2, string>>>> = {
  memory: { 1: 'memory.limit_in_bytes', 2: 'memory.max' },
  freezer: { 1: 'freezer.state', 2: 'cgroup.freeze' },
  cpuset: { 1: 'cpuset.cpus', 2: 'cpuset.cpus' },
  cpu: { 1: 'cpu.shares', 2: 'cpu.weight' },
};
export const FREEZE_FILE = CONTROLLER_FILE.freezer;
export const OOM_FILE = { 1: 'memory.oom_control', 2: 'memory.events' } as const;

/** Weight of one CPU, and the most that the kernel takes. */
const WEIGHT = { 1: { perCpu: 1024, most: 262_144 }, 2: { perCpu: 100, most: 10_000 } } as const;

/** What to write to hold a group to a limit of bytes, swap included. */
export function memoryFiles(place: CgroupPlace, limitBytes: number): Files {
  const limit = String(limitBytes);
  return place.version === 1
    ? [
        ['memory.limit_in_bytes', limit],
        ['memory.memsw.limit_in_bytes', limit],
      ]
    : [
        ['memory.max', limit],
        ['memory.swap.max', '0'],
        ['memory.oom.group', '1'],
      ];
}

/** What to write to bind a group to CPUs and to the memory of a NUMA node; version 1 takes no group without memory nodes. */
export function cpuSetFiles(place: CgroupPlace, bind: Pick<Launch, 'cpuIds' | 'numa'>): Files {
  const inherited = place.version === 1 ? readFileSync(`${place.dir}/cpuset.mems`, 'utf8').trim() : '';
  const mems = bind.numa === null ? inherited : String(bind.numa);
  return [['cpuset.cpus', bind.cpuIds.join(',')], ...(mems === '' ? [] : ([['cpuset.mems', mems]] satisfies Files))];
}

/** What to write so that a group gets its share when CPUs are scarce; a job of one CPU has that share without a group. */
export function cpuWeightFiles(place: CgroupPlace, cpus: number): Files {
  const { perCpu, most } = WEIGHT[place.version];
  return [[CONTROLLER_FILE.cpu[place.version], String(Math.min(most, cpus * perCpu))]];
}
