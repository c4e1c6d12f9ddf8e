import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describeMachine } from './measure/machine.ts';
import { percentile, round } from './measure/statistics.ts';
import { World } from './scheduler/world.ts';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '10000' },
    pending: { type: 'string', default: '100000' },
    passes: { type: 'string', default: '1000' },
  },
});
const nodes = Number(values.nodes);
const pending = Number(values.pending);

const machine = describeMachine();
const results = { ...measurePasses(300), ...measurePasses(5000), ...measureRounds() };
console.log(JSON.stringify({ bench: 'scheduler', results, peers: {}, machine }));

/** Passes over a full fleet, each after one job ended and one came. */
function measurePasses(shapes: number): Record<string, number> {
  say(`${pending} pending jobs of ${shapes} shapes, ${nodes} full nodes`);
  const world = new World({ seed: shapes, nodes, shapes });
  world.fill(nodes);
  const before = readHeap();
  world.enqueue(pending);
  const heapBytes = (readHeap() - before) / pending;
  const first = timePass(world);
  const passes = Array.from({ length: Number(values.passes) }, () => {
    world.change();
    return timePass(world);
  });
  const samples = passes.map(({ ms }) => ms);
  const cpuSamples = passes.map(({ cpuMs }) => cpuMs);
  say(
    `p50 ${round(percentile(samples, 0.5), 2)} ms, p99 ${round(percentile(samples, 0.99), 2)} ms, with nothing cached ${round(first.ms)} ms`,
  );
  return {
    [`pass_p50_ms_${shapes}_shapes`]: round(percentile(samples, 0.5), 2),
    [`pass_p99_ms_${shapes}_shapes`]: round(percentile(samples, 0.99), 2),
    [`pass_max_ms_${shapes}_shapes`]: round(percentile(samples, 1), 2),
    [`pass_cpu_p50_ms_${shapes}_shapes`]: round(percentile(cpuSamples, 0.5), 2),
    [`pass_cpu_p99_ms_${shapes}_shapes`]: round(percentile(cpuSamples, 0.99), 2),
    [`first_pass_ms_${shapes}_shapes`]: round(first.ms),
    [`first_pass_cpu_ms_${shapes}_shapes`]: round(first.cpuMs),
    [`heap_bytes_per_pending_job_${shapes}_shapes`]: Math.round(heapBytes),
  };
}

/** What fits starts, and is booked as held; the time is that of the decisions alone. */
function timePass(world: World): { ms: number; cpuMs: number } {
  const from = performance.now();
  const cpuFrom = process.threadCpuUsage();
  const plan = world.fleet.plan(world.now);
  const cpu = process.threadCpuUsage(cpuFrom);
  const ms = performance.now() - from;
  world.apply(plan);
  return { ms, cpuMs: (cpu.user + cpu.system) / 1000 };
}

/** The median of three rounds. */
function measureRounds(): Record<string, number> {
  const [, median] = [1, 2, 3].map(measurePlacements).sort((left, right) => left.placements_per_s - right.placements_per_s);
  return { ...median };
}

/** From an empty fleet to one in which no waiting job fits any more: deciding and holding. */
function measurePlacements(seed: number): { placements_per_s: number; placements_per_cpu_s: number } {
  say(`${pending} pending jobs into ${nodes} empty nodes`);
  const world = new World({ seed, nodes, shapes: 300 });
  world.enqueue(pending);
  const from = performance.now();
  const cpuFrom = process.threadCpuUsage();
  const plan = world.fleet.plan(world.now);
  world.apply(plan);
  const cpu = process.threadCpuUsage(cpuFrom);
  const seconds = (performance.now() - from) / 1000;
  say(`${plan.starts.length} jobs started in ${round(seconds, 2)} s`);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  return { placements_per_s: Math.round(plan.starts.length / seconds), placements_per_cpu_s: Math.round(plan.starts.length / cpuSeconds) };
}

function readHeap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed;
}

function say(text: string): void {
  console.error(`bench scheduler: ${text}`);
}
