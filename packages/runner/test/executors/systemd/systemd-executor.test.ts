import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashHome } from '../../../src/executors/process/cgroups/attempt-cgroups.ts';
import { findUsableCgroups } from '../../../src/executors/process/cgroups/cgroup-access.ts';
import { NO_CGROUPS } from '../../../src/executors/process/cgroups/cgroup-layout.ts';
import { AttemptFiles } from '../../../src/executors/process/attempt-files.ts';
import { probeSystemd } from '../../../src/executors/systemd/systemd-probe.ts';
import { describeExecutor } from '../conformance/conformance.ts';
import { ExecutorBench } from '../executor-bench.ts';
import { makeProcessExecutor } from '../process/make-process-executor.ts';

const SEARCH_PATH = '/usr/local/bin:/usr/bin:/bin';
/** Prints the CPU quota of its own control group, version 1 or 2. */
const QUOTA = `
  path=$(sed -n 's/^[0-9]*:cpu://p' /proc/self/cgroup)
  cat /sys/fs/cgroup/cpu$path/cpu.cfs_quota_us || cat /sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/cpu.max`;
const systemd = await probeSystemd(SEARCH_PATH);
const make = makeProcessExecutor({ cgroups: findUsableCgroups(), systemd });

describe.runIf(systemd.usable)('where systemd runs the machine', () => {
  describeExecutor('systemd', make);

  let bench: ExecutorBench;
  beforeEach(() => {
    bench = new ExecutorBench(make, 'systemd');
  });
  afterEach(() => bench.dispose());

  test('an attempt is in a scope of its own below our slice', async () => {
    const id = bench.shell(1, 'cat /proc/self/cgroup');
    await bench.ended(id);
    expect(bench.output(id)).toMatch(/^\d+:(name=systemd)?:.*\/weir\.slice\/weir-job-1-1-[0-9a-f]{8}\.scope$/m);
  });

  test('CPU time is cut to the CPUs of the job', async () => {
    const id = bench.shell(1, QUOTA, { cpus: 2 });
    await bench.ended(id);
    expect(bench.output(id)).toMatch(/^200000( 100000)?\n$/);
  });

  test('what a killed shim leaves behind ends with its scope, also without a mark in its environment', async () => {
    const id = bench.shell(1, 'env -i sh -c "echo pid \\$\\$; exec sleep 1000" & while :; do sleep 0.05; done');
    await bench.untilOutput(id, 'pid');
    await bench.untilState(id, (state) => state.kind === 'running');
    const entry = new AttemptFiles(bench.folders.attempts).find(id);
    if (entry === undefined || !('shim' in entry.state)) throw new Error('no shim has it');
    process.kill(entry.state.shim.pid, 'SIGKILL');
    expect((await bench.ended(id)).outcome).toEqual({ kind: 'lost', reason: 'process_vanished' });
    const pid = /pid (\d+)/.exec(bench.output(id))?.[1] ?? '';
    expect(() => readFileSync(`/proc/${pid}/stat`)).toThrow();
  });

  test('a scope that systemd refuses is a failed start that says why', async () => {
    const unit = `--unit=weir-job-1-1-${hashHome(bench.home)}`;
    const squatter = spawn('systemd-run', ['--scope', '--quiet', '--collect', unit, 'sh', '-c', 'echo there; exec sleep 1000']);
    await once(squatter.stdout, 'data');
    const { outcome } = await bench.ended(bench.shell(1, 'true'));
    expect(JSON.stringify(outcome)).toMatch(/start_failed.*systemd started no scope for the job: .*weir-job-1-1/);
    squatter.kill('SIGKILL');
    await once(squatter, 'exit');
  });
});

test('where scopes cannot be started, a job that asks for one fails to start and is told why', async () => {
  const bench = new ExecutorBench(
    makeProcessExecutor({ cgroups: NO_CGROUPS, systemd: { usable: false, reason: 'it needs systemd as process 1, which is "init" here' } }),
    'systemd',
  );
  const { outcome } = await bench.ended(bench.shell(1, 'true'));
  const message = 'systemd is not usable on this node: it needs systemd as process 1, which is "init" here';
  expect(outcome).toEqual({ kind: 'start_failed', message });
  await bench.dispose();
});
