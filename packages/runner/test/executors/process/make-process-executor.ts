import type { CgroupLayout } from '../../../src/executors/process/cgroups/cgroup-layout.ts';
import { makeBaseEnvironment } from '../../../src/executors/process/job-environment.ts';
import { ProcessExecutor } from '../../../src/executors/process/process-executor.ts';
import { readBootId } from '../../../src/probes/inventory.ts';
import { testLog, type MakeExecutor } from '../executor-bench.ts';

/** A process executor as the runner makes one, with what a test wants otherwise. */
export function makeProcessExecutor(options: { cgroups: CgroupLayout; searchPath?: string }): MakeExecutor {
  return (parts) =>
    new ProcessExecutor({
      searchPath: '/usr/local/bin:/usr/bin:/bin',
      ...options,
      ...parts,
      bootId: readBootId(),
      nodeName: () => 'node-1',
      baseEnvironment: makeBaseEnvironment({}),
      stages: { main: null, env: {} },
      log: testLog,
    });
}
