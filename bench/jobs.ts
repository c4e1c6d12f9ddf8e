import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { withCleanup } from './measure/cleanup.ts';
import { describeMachine } from './measure/machine.ts';
import { readCount } from './measure/options.ts';
import { round } from './measure/statistics.ts';
import { measureSlurm } from './peers/slurm.ts';
import { HostInstance } from './weir/host-instance.ts';
import { measureLatency } from './weir/measure-latency.ts';
import { measureLongQueue } from './weir/measure-long-queue.ts';
import { measureSimulated } from './weir/measure-simulated.ts';
import { measureThroughput } from './weir/measure-throughput.ts';
import { readRssMb } from './weir/process-facts.ts';
import { WeirInstance } from './weir/weir-instance.ts';

/** As many CPUs as the peer pretends: no-op jobs are bound by what surrounds them. */
const PRETENDED_CPUS = 64;
const IDLE_MS = 5_000;

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '2000' },
    samples: { type: 'string', default: '100' },
    peers: { type: 'boolean', default: true },
    processes: { type: 'boolean', default: true },
    simulated: { type: 'string', default: '20000' },
    pending: { type: 'string', default: '100000' },
    finished: { type: 'string', default: '1000000' },
    profile: { type: 'boolean', default: false },
  },
  allowNegative: true,
});

const machine = describeMachine();
const results = { ...(await withCleanup(measureHostAlone)), ...(values.processes ? await withCleanup(measureWeir) : {}) };
const peers = values.peers ? await measureSlurm(say).catch(explainNoPeer) : {};
console.log(JSON.stringify({ bench: 'jobs', results, peers, machine }));

async function measureHostAlone(cleanup: AsyncDisposableStack): Promise<Record<string, number>> {
  const host = new HostInstance(cleanup);
  const client = await host.up(values.profile ? ['--cpu-prof', `--cpu-prof-dir=${join(tmpdir(), 'weir-profiles')}`] : []);
  say(`${values.simulated} jobs that nobody executes, twice`);
  const simulated = await measureSimulated(host, client, readCount('simulated', values.simulated));
  await host.down();
  const queue = { pending: readCount('pending', values.pending), finished: readCount('finished', values.finished) };
  say(`a store with ${queue.pending} waiting and ${queue.finished} ended jobs`);
  return { ...simulated, ...(await measureLongQueue(new HostInstance(cleanup), queue)) };
}

async function measureWeir(cleanup: AsyncDisposableStack): Promise<Record<string, number>> {
  const weir = new WeirInstance(cleanup, { cpus: PRETENDED_CPUS });
  say('first start, to fill the compile cache');
  await weir.up();
  await weir.down();
  const client = await weir.up();
  say('idle');
  await delay(IDLE_MS);
  const memory = { host_rss_mb: round(readRssMb(weir.hostPid())), runner_rss_mb: round(readRssMb(weir.runnerPid())) };
  say(`host ${memory.host_rss_mb} MB, runner ${memory.runner_rss_mb} MB; ${values.samples} jobs, one after the other`);
  const latency = await measureLatency(weir, client, readCount('samples', values.samples));
  say(`submit to first instruction p50 ${latency['submit_to_first_instruction_p50_ms'] ?? '?'} ms; ${values.jobs} jobs at once`);
  const throughput = await measureThroughput(weir, client, readCount('jobs', values.jobs));
  say(`${throughput['process_jobs_per_s'] ?? '?'} jobs/s`);
  return { ...throughput, ...latency, ...memory };
}

function explainNoPeer(error: unknown): Record<string, number> {
  say(`no figures of Slurm: ${error instanceof Error ? error.message : String(error)}`);
  return {};
}

function say(text: string): void {
  console.error(`bench jobs: ${text}`);
}
