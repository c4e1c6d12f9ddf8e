import { describe } from 'vitest';
import { findUsableCgroups } from '../../../src/executors/process/cgroups/attempt-cgroups.ts';
import type { CgroupLayout } from '../../../src/executors/process/cgroups/cgroup-layout.ts';
import { makeBaseEnvironment } from '../../../src/executors/process/job-environment.ts';
import { ProcessExecutor } from '../../../src/executors/process/process-executor.ts';
import { readBootId } from '../../../src/probes/inventory.ts';
import { describeExecutor } from '../conformance/conformance.ts';
import { testLog, type ExecutorParts } from '../executor-bench.ts';

const makeExecutor = (cgroups: CgroupLayout) => (parts: ExecutorParts) =>
  new ProcessExecutor({
    ...parts,
    cgroups,
    bootId: readBootId(),
    nodeName: () => 'node-1',
    searchPath: '/usr/local/bin:/usr/bin:/bin',
    baseEnvironment: makeBaseEnvironment({}),
    stages: { main: null, env: {} },
    log: testLog,
  });

describe('process executor with the control groups of this machine', () =>
  describeExecutor('process executor', makeExecutor(findUsableCgroups())));
describe('process executor without control groups', () =>
  describeExecutor('process executor', makeExecutor({ memory: undefined, freezer: undefined })));
