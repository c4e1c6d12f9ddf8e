import { readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { findUsableCgroups, isUsable } from '../../../src/executors/process/cgroups/cgroup-access.ts';
import { NO_CGROUPS, readCgroupLayout } from '../../../src/executors/process/cgroups/cgroup-layout.ts';
import { describeExecutor } from '../conformance/conformance.ts';
import { makeProcessExecutor } from './make-process-executor.ts';

describe('with the control groups of this machine', () => {
  describeExecutor('process', makeProcessExecutor({ cgroups: findUsableCgroups() }));
});

const unified = readCgroupLayout({
  mountinfo: readFileSync('/proc/self/mountinfo', 'utf8').replace(/^.* - cgroup .*$/gm, ''),
  cgroup: readFileSync('/proc/self/cgroup', 'utf8'),
});

describe.runIf(unified.freezer !== undefined && isUsable('freezer', unified.freezer))('with the unified freezer', () => {
  describeExecutor('process', makeProcessExecutor({ cgroups: { ...NO_CGROUPS, freezer: unified.freezer } }), ['pausing']);
});

describe('without control groups', () => {
  describeExecutor('process', makeProcessExecutor({ cgroups: NO_CGROUPS }));
});
