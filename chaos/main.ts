import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withCleanup } from '../bench/measure/cleanup.ts';
import { requireCommand } from '../bench/measure/command.ts';
import { waitFor } from '../bench/measure/waiting.ts';
import { CLUSTER_FAULTS, FAULTS, type Fault } from './faults/faults.ts';
import { CapacityWatch } from './history/capacity-watch.ts';
import { findViolations } from './history/checker.ts';
import { readLives } from './history/marks.ts';
import { readEvents, readJobs } from './history/reading.ts';
import { Workload } from './load/workload.ts';
import { Fleet } from './world/fleet.ts';
import { Random } from './world/random.ts';

const CONVERGE_MS = 180_000;
/** Faults that go on at the same time. */
const LANES = 2;

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    faults: { type: 'string', default: '60' },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    nodes: { type: 'string', default: '4' },
    rate: { type: 'string', default: '12' },
    keep: { type: 'boolean', default: false },
  },
});

const report = await withCleanup(async (cleanup) => {
  const store = values.store === 'postgres' ? 'postgres' : 'sqlite';
  const folder = mkdtempSync(join(tmpdir(), 'weir-chaos-'));
  chmodSync(folder, 0o755);
  if (!values.keep) cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  cleanup.defer(() => unmountBelow(folder));
  const marks = join(folder, 'marks');
  mkdirSync(marks);
  makeGpuTool(join(folder, 'bin'));
  const tag = folder;
  cleanup.defer(() => endTagged(tag));
  const from = performance.now();
  const fleet = await Fleet.start(cleanup, { store, nodes: Number(values.nodes), cpus: 8, folder });
  const random = new Random(Number(values.seed));
  const watch = new CapacityWatch(() => fleet.client());
  const workload = new Workload({
    client: () => fleet.client(),
    random: new Random(Number(values.seed) + 1),
    marks,
    tag,
    jobsPerSecond: Number(values.rate),
  });
  watch.start(250);
  workload.start();
  const counts = await injectFaults(fleet, random, store);
  await workload.stop();
  await fleet.mend();
  console.error(`${workload.acknowledged.length} jobs acknowledged; waiting for their ends`);
  await waitFor(
    () =>
      countLive(fleet).then(
        (live) => (live === 0 ? true : undefined),
        () => undefined,
      ),
    {
      what: 'every job to end',
      limitMs: CONVERGE_MS,
      everyMs: 1_000,
    },
  ).catch((error: unknown) => console.error(error instanceof Error ? error.message : error));
  await watch.stop();
  const jobs = await readJobs(fleet.client(60_000));
  const events = await readEvents(fleet.client(60_000));
  const lives = readLives(marks);
  const violations = [
    ...findViolations({ acknowledged: workload.acknowledged, jobs, lives, events }),
    ...watch.violations,
    ...(await checkIdle(fleet)),
    ...listTagged(tag).map((pid) => `process ${pid} of a job is left`),
  ];
  return {
    store,
    seed: Number(values.seed),
    faults: Object.values(counts).reduce((sum, count) => sum + count, 0),
    faults_by_kind: counts,
    acknowledged_jobs: workload.acknowledged.length,
    failed_submits: workload.failures,
    jobs_by_state: countBy(jobs.map(({ state }) => state)),
    requeued_attempts: events.filter(({ type }) => type === 'job.requeued').length,
    capacity_samples: watch.samples,
    seconds: Math.round((performance.now() - from) / 1000),
    violations,
  };
});
console.log(JSON.stringify(report));
process.exitCode = report.violations.length === 0 ? 0 : 1;

async function injectFaults(fleet: Fleet, random: Random, store: 'sqlite' | 'postgres'): Promise<Record<string, number>> {
  const all: Record<string, Fault> = { ...FAULTS, ...(store === 'postgres' ? CLUSTER_FAULTS : {}) };
  const names = values.only === undefined ? Object.keys(all) : values.only.split(',');
  const counts: Record<string, number> = {};
  let left = Number(values.faults);
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      const name = random.pick(names);
      counts[name] = (counts[name] ?? 0) + 1;
      if (left % 10 === 0) console.error(`${left} faults to go: ${name}`);
      // A fault that cannot be made (the host that it asks is down because of another one) is none; the checks decide.
      await all[name]?.(fleet, random).catch((error: unknown) =>
        console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`),
      );
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return counts;
}

async function countLive(fleet: Fleet): Promise<number> {
  const states = ['pending', 'starting', 'running', 'paused'] as const;
  const pages = await Promise.all(states.map((state) => fleet.client().jobList({ query: { state, limit: 1 } })));
  return pages.reduce((sum, page) => sum + page.total, 0);
}

async function checkIdle(fleet: Fleet): Promise<string[]> {
  const { nodes } = await fleet.client().nodeList();
  return nodes.flatMap((node) => {
    const held = node.cpus_allocated + node.memory_bytes_allocated + node.gpus.filter((gpu) => gpu.allocated).length;
    return held === 0 ? [] : [`${node.name} has ${node.cpus_allocated} CPUs allocated when nothing runs`];
  });
}

function countBy(items: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[item] = (counts[item] ?? 0) + 1;
  return counts;
}

/** Stands for the tool of a machine with two GPUs. */
function makeGpuTool(folder: string): void {
  mkdirSync(folder);
  const script = [
    '#!/bin/sh',
    'case "$*" in',
    '*pci.bus_id*) printf "0, 00000000:01:00.0, 8192, Fake\\n1, 00000000:02:00.0, 8192, Fake\\n" ;;',
    '*) exec sleep 86400 ;;',
    'esac',
  ];
  writeFileSync(join(folder, 'nvidia-smi'), `${script.join('\n')}\n`, { mode: 0o755 });
}

function listTagged(tag: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readEnvironment(pid).includes(`WEIR_CHAOS=${tag}`))
    .map(Number);
}

function readEnvironment(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

function endTagged(tag: string): void {
  for (const pid of listTagged(tag)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}

async function unmountBelow(folder: string): Promise<void> {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`))) await requireCommand(['umount', '-l', mount]);
}
