import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NumaNode } from '@weir/contract/protocol';
import { readTextIfThere } from '@weir/runtime';
import { parseIdList } from './id-list.ts';

/** CPUs and memory nodes that a process may use (`Cpus_allowed_list`, `Mems_allowed_list` of proc(5)). */
export interface AllowedPlaces {
  readonly cpuIds: ReadonlySet<number>;
  readonly memoryNodes: ReadonlySet<number>;
}

/** Reads what this process may use. */
export function readAllowedPlaces(status = readTextIfThere('/proc/self/status') ?? ''): AllowedPlaces {
  const read = (name: string) => new Set(parseIdList(new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? ''));
  return { cpuIds: read('Cpus_allowed_list'), memoryNodes: read('Mems_allowed_list') };
}

/** The NUMA nodes below a `sys` folder, cut to what may be used; nodes without a usable CPU are left out, memory out of reach counts as 0. */
export function probeNuma(allowed: AllowedPlaces, sys = '/sys'): NumaNode[] {
  const folder = join(sys, 'devices/system/node');
  return listNodes(folder)
    .map((id) => ({
      id,
      cpuIds: parseIdList(readTextIfThere(join(folder, `node${id}/cpulist`)) ?? '').filter((cpu) => allowed.cpuIds.has(cpu)),
      memoryBytes: allowed.memoryNodes.has(id) ? readTotal(readTextIfThere(join(folder, `node${id}/meminfo`)) ?? '') : 0,
    }))
    .filter((node) => node.cpuIds.length > 0);
}

function listNodes(folder: string): number[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // a kernel without NUMA
  }
  return names
    .map((name) => Number(/^node(\d+)$/.exec(name)?.[1]))
    .filter(Number.isInteger)
    .sort((one, other) => one - other);
}

function readTotal(meminfo: string): number {
  return Number(/MemTotal:\s+(\d+) kB/.exec(meminfo)?.[1] ?? 0) * 1024;
}
