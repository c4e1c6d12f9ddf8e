import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AttemptId } from '../../../src/executors/executor.ts';
import { AttemptFiles } from '../../../src/executors/process/attempt-files.ts';
import { hashHome } from '../../../src/executors/process/cgroups/attempt-cgroups.ts';
import { findUsableCgroups } from '../../../src/executors/process/cgroups/cgroup-access.ts';
import { NO_CGROUPS } from '../../../src/executors/process/cgroups/cgroup-layout.ts';
import { formatLaunch } from '../../../src/executors/process/launch-file.ts';
import { readBootId } from '../../../src/probes/inventory.ts';
import { ExecutorBench, isAlive } from '../executor-bench.ts';
import { makeProcessExecutor } from './make-process-executor.ts';

let bench: ExecutorBench;
beforeEach(() => {
  bench = new ExecutorBench(makeProcessExecutor({ cgroups: NO_CGROUPS }));
});
afterEach(() => bench.dispose());

/** The shim that has an attempt. */
function claimant(id: AttemptId): number {
  const entry = new AttemptFiles(bench.folders.attempts).find(id);
  if (entry === undefined || !('shim' in entry.state)) throw new Error('no shim has it');
  return entry.state.shim.pid;
}

/** Leaves an attempt in a state, as a runner that was killed would. */
function leave(state: string, bootId: string): AttemptId {
  const id = { jobId: 1, attempt: 1 };
  const files = new AttemptFiles(bench.folders.attempts);
  const entry = files.create(
    id,
    formatLaunch({
      bootId,
      kind: 'command',
      executor: 'process',
      jobFolder: '',
      workdir: '/',
      output: { stdout: '', stderr: '', stdoutPath: null, stderrPath: null, truncate: false },
      osUser: null,
      timeLimitMs: null,
      graceMs: 0,
      memoryBytes: null,
      placement: { groups: [], oomFile: null, freezer: undefined, cpuIds: [], numa: null, starter: [] },
      argv: ['true'],
      env: {},
    }),
  );
  if (state !== 'new') files.enter(entry, state);
  return id;
}

/** The process that forks this bench's shims. */
function findSpawner(): number {
  const found = readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && isSpawnerOf(pid, bench.folders.node));
  if (found === undefined) throw new Error('no spawner');
  return Number(found);
}

function isSpawnerOf(pid: string, node: string): boolean {
  try {
    const isOurs = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${node}/`);
    return isOurs && Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) === process.pid;
  } catch {
    return false;
  }
}

test('an attempt whose shim is killed is lost, and nothing of it goes on', async () => {
  const id = bench.shell(1, 'setsid sh -c "echo pid \\$\\$; sleep 1000" & echo pid $$; while :; do sleep 0.05; done');
  await bench.untilState(id, (state) => state.kind === 'running');
  while ((bench.outputOrEmpty(id).match(/pid \d+/g) ?? []).length < 2) await bench.untilOutput(id, 'pid');
  process.kill(claimant(id), 'SIGKILL');
  expect((await bench.ended(id)).outcome).toEqual({ kind: 'lost', reason: 'process_vanished' });
  const pids = [...bench.output(id).matchAll(/pid (\d+)/g)].map((match) => Number(match[1]));
  expect(pids.filter(isAlive)).toEqual([]);
});

const usable = findUsableCgroups();
const holders = (['freezer', 'memory', 'cpu'] as const).filter((controller) => usable[controller] !== undefined);

test.runIf(holders.length > 0).each(
  holders.flatMap(
    (holder) =>
      [
        [holder, 0],
        [holder, 1],
      ] as const,
  ),
)('where a %s group can be made, a job of %i CPUs that kills its own shim leaves nothing, whatever it hid', async (holder, cpus) => {
  await bench.dispose();
  bench = new ExecutorBench(makeProcessExecutor({ cgroups: { ...NO_CGROUPS, [holder]: usable[holder] } }));
  const id = bench.shell(1, 'setsid env -i sleep 1000 & echo pid $!; kill -9 $PPID; exec env -i sleep 1000', { cpus });
  expect((await bench.ended(id)).outcome).toEqual({ kind: 'lost', reason: 'process_vanished' });
  const pid = Number(/pid (\d+)/.exec(bench.output(id))?.[1]);
  expect(pid).toBeGreaterThan(1);
  expect(isAlive(pid)).toBe(false);
  const name = `weir-${hashHome(bench.home)}-1.1`;
  expect(readdirSync(usable[holder]?.dir ?? '')).not.toContain(name);
});

test('a shim does not end by the signals of a terminal or a service manager', async () => {
  const id = bench.shell(1, 'echo ready; sleep 0.3; exit 8');
  await bench.untilState(id, (state) => state.kind === 'running');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGPIPE', 'SIGUSR2'] as const) process.kill(claimant(id), signal);
  expect((await bench.ended(id)).outcome).toEqual({ kind: 'exited', code: 8 });
});

test('jobs go on when the spawner is killed, and new ones are started by another', async () => {
  const first = bench.shell(1, 'echo ready; sleep 0.3; exit 8');
  await bench.untilOutput(first, 'ready');
  process.kill(findSpawner(), 'SIGKILL');
  const later = Array.from({ length: 5 }, (_, index) => bench.shell(index + 2, 'exit 9'));
  expect((await bench.ended(first)).outcome).toEqual({ kind: 'exited', code: 8 });
  for (const id of later) expect((await bench.ended(id)).outcome).toEqual({ kind: 'exited', code: 9 });
});

test('an attempt of an earlier boot is lost, whatever process has its number now', async () => {
  await bench.executor.close();
  const id = leave(`claim.${process.pid}.1`, 'an earlier boot');
  await bench.reopen();
  expect((await bench.ended(id)).outcome).toEqual({ kind: 'lost', reason: 'process_vanished' });
});

test('an attempt that was written down and not begun when the runner died is told as never started', async () => {
  await bench.executor.close();
  const id = leave('new', readBootId());
  await bench.reopen();
  expect((await bench.ended(id)).outcome).toEqual({ kind: 'never_started' });
  await bench.reopen();
  expect((await bench.ended(id)).outcome).toEqual({ kind: 'never_started' });
});

test('an attempt that was not begun before the machine went down is lost, as that is not certain', async () => {
  await bench.executor.close();
  const id = leave('new', 'an earlier boot');
  await bench.reopen();
  expect((await bench.ended(id)).outcome).toEqual({ kind: 'lost', reason: 'process_vanished' });
});

test('a pid of another process in the claim does not make that process a target', async () => {
  await bench.executor.close();
  const id = leave(`claim.${process.pid}.1`, readBootId());
  await bench.reopen();
  bench.executor.stop(id, { by: 'user', graceMs: 0, signal: 'TERM' });
  expect((await bench.ended(id)).outcome).toEqual({ kind: 'lost', reason: 'process_vanished' });
});

test('without perl each start fails with a message that says so', async () => {
  await bench.dispose();
  bench = new ExecutorBench(makeProcessExecutor({ cgroups: NO_CGROUPS, searchPath: '/nowhere' }));
  const first = bench.shell(1, 'true');
  expect((await bench.ended(first)).outcome).toMatchObject({ kind: 'start_failed' });
  const second = bench.shell(2, 'true');
  expect(JSON.stringify((await bench.ended(second)).outcome)).toContain('perl is needed to start processes');
});

test('where no fifo can be made, ends are found by looking', async () => {
  await bench.executor.close();
  rmSync(join(bench.folders.node, 'notices'));
  writeFileSync(join(bench.folders.node, 'notices'), '');
  await bench.reopen();
  expect((await bench.ended(bench.shell(1, 'exit 3'))).outcome).toEqual({ kind: 'exited', code: 3 });
});
