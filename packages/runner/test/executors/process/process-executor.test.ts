import { findUsableCgroups } from '../../../src/executors/process/cgroups/attempt-cgroups.ts';
import type { CgroupLayout } from '../../../src/executors/process/cgroups/cgroup-layout.ts';
import { makeBaseEnvironment } from '../../../src/executors/process/job-environment.ts';
import { ProcessExecutor } from '../../../src/executors/process/process-executor.ts';
import { readBootId } from '../../../src/probes/inventory.ts';
import { describeExecutor } from '../conformance.ts';
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

describeExecutor('process executor with the control groups of this machine', makeExecutor(findUsableCgroups()));
describeExecutor('process executor without control groups', makeExecutor({ memory: undefined, freezer: undefined }));
