import { expect, test } from 'vitest';
import { SystemdScopes } from '../../../src/executors/systemd/systemd-scopes.ts';
import { LAUNCH_DEFAULTS } from '../executor-bench.ts';

const ID = { jobId: 12, attempt: 3 };
const program = { kind: 'command' as const, argv: ['true'] };

function place(version: 1 | 2, more: Partial<typeof LAUNCH_DEFAULTS>) {
  const root = { version, dir: '/sys/fs/cgroup' };
  const scopes = new SystemdScopes('/srv/weir', { usable: true, layout: { units: root, memory: root } }, undefined);
  const placement = scopes.place(ID, { ...LAUNCH_DEFAULTS, ...more, program });
  return { ...placement, properties: placement.starter.filter((word) => word.startsWith('--property=')).map((word) => word.slice(11)) };
}

test('memory and CPU time are limited by properties of the scope, and its out-of-memory kills are counted there', () => {
  const { properties, oomFile, starter } = place(2, { cpus: 3, memoryBytes: 4096 });
  expect(properties).toEqual(['Delegate=yes', 'TasksMax=infinity', 'MemoryMax=4096', 'MemorySwapMax=0', 'CPUQuota=300%']);
  expect(oomFile).toMatch(/^\/sys\/fs\/cgroup\/weir\.slice\/weir-job-12-3-[0-9a-f]{8}\.scope\/memory\.events$/);
  expect([starter[0], starter.at(-1)]).toEqual(['systemd-run', '--']);
});

test('CPUs that a job holds are bound by the scope in the unified hierarchy, by affinity in version 1', () => {
  const bind = { cpuIds: [2, 3], numa: 1, cpus: 2 };
  const [unified, legacy] = [place(2, bind), place(1, bind)];
  expect(unified.properties).toEqual(['Delegate=yes', 'TasksMax=infinity', 'AllowedCPUs=2,3', 'AllowedMemoryNodes=1']);
  expect([unified.cpuIds, unified.numa]).toEqual([[], null]);
  expect(legacy.properties).toEqual(['Delegate=yes', 'TasksMax=infinity']);
  expect([legacy.cpuIds, legacy.numa]).toEqual([[2, 3], 1]);
});

test('a job that reserves no CPU has no limit of CPU time', () => {
  expect(place(2, { cpus: 0 }).properties).toEqual(['Delegate=yes', 'TasksMax=infinity']);
});
