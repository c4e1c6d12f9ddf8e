import { AttemptCgroups } from '../../../src/executors/process/cgroups/attempt-cgroups.ts';
import type { CgroupLayout } from '../../../src/executors/process/cgroups/cgroup-layout.ts';
import { makeBaseEnvironment } from '../../../src/executors/process/job-environment.ts';
import { ProcessExecutor } from '../../../src/executors/process/process-executor.ts';
import { SystemdScopes } from '../../../src/executors/systemd/systemd-scopes.ts';
import type { SystemdProbe } from '../../../src/executors/systemd/systemd-probe.ts';
import { readBootId } from '../../../src/probes/inventory.ts';
import { testLog, type MakeExecutor } from '../executor-bench.ts';

export interface ProcessExecutorFacts {
  readonly cgroups: CgroupLayout;
  readonly systemd?: SystemdProbe;
  readonly searchPath?: string;
  readonly runAsUser?: boolean;
}

/** A process executor as the runner makes one, with what a test wants otherwise. */
export function makeProcessExecutor(facts: ProcessExecutorFacts): MakeExecutor {
  const { cgroups, runAsUser = false, searchPath = '/usr/local/bin:/usr/bin:/bin' } = facts;
  const systemd = facts.systemd ?? { usable: false, reason: 'a test does without it' };
  return (parts) =>
    new ProcessExecutor({
      ...parts,
      searchPath,
      runAsUser,
      containments: {
        process: new AttemptCgroups(parts.folders.home, cgroups),
        systemd: new SystemdScopes(parts.folders.home, systemd, cgroups.freezer),
      },
      bootId: readBootId(),
      nodeName: () => 'node-1',
      baseEnvironment: makeBaseEnvironment({}, { localTemp: '/tmp', shared: '/mnt/shared' }),
      stages: { main: null, env: {} },
      log: testLog,
    });
}
