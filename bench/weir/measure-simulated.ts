import type { Client } from '@weir/contract/client';
import { percentile, round, runInLanes } from '../measure/statistics.ts';
import { waitFor } from '../measure/waiting.ts';
import type { HostInstance } from './host-instance.ts';
import { readCpuMs } from './process-facts.ts';

const CONNECTIONS = 32;
const NODES = { count: 8, cpus: 64 };
const END_MS = 120_000;
const LIST_EVERY_MS = 50;

/** Figures under the keys that the benchmarks print. */
export interface SimulatedFigures extends Record<string, number> {
  readonly durable_submits_per_s: number;
  readonly simulated_jobs_per_s: number;
  readonly simulated_host_cpu_ms_per_job: number;
  readonly list_p95_ms: number;
}

/** Jobs that nobody executes: what the host alone can take from submit to end, and how fast it answers meanwhile. */
export async function measureSimulated(host: HostInstance, client: Client, count: number): Promise<SimulatedFigures> {
  await submitAll(client, 1_000); // code that runs often is compiled before it is measured
  const durable = await measureSubmits(client, count);
  await host.simulateNodes(client, NODES);
  await waitForQueue(client);
  const cpuBefore = readCpuMs(host.pid);
  const lists: number[] = [];
  const from = performance.now();
  const looking = lookAtLists(client, lists);
  const last = await submitAll(client, count);
  // One call that waits costs the host nothing; what may still go on then is looked for.
  await client.jobShow({ params: { job_id: last }, query: { wait_ms: 60_000 } });
  await waitForQueue(client);
  const took = performance.now() - from;
  looking.stop();
  await looking.stopped;
  return {
    durable_submits_per_s: durable,
    simulated_jobs_per_s: round((count / took) * 1000),
    simulated_host_cpu_ms_per_job: round((readCpuMs(host.pid) - cpuBefore) / count, 3),
    list_p95_ms: round(percentile(lists, 0.95)),
  };
}

async function measureSubmits(client: Client, count: number): Promise<number> {
  const from = performance.now();
  await submitAll(client, count);
  return round((count / (performance.now() - from)) * 1000);
}

/** Returns the highest id. */
async function submitAll(client: Client, count: number): Promise<number> {
  let last = 0;
  await runInLanes(count, CONNECTIONS, async () => {
    last = Math.max(last, (await client.jobCreate({ body: { command: ['/bin/true'] } })).job_id);
  });
  return last;
}

async function waitForQueue(client: Client): Promise<void> {
  const open = async () => {
    for (const state of ['pending', 'starting', 'running'] as const)
      if ((await client.jobList({ query: { state, limit: 1 } })).total > 0) return undefined;
    return true;
  };
  await waitFor(open, { what: 'the end of all jobs', limitMs: END_MS, everyMs: 20 });
}

/** Asks for the first page of jobs again and again, as a page in a browser does. */
function lookAtLists(client: Client, samples: number[]): { stop: () => void; stopped: Promise<void> } {
  let going = true;
  const look = async () => {
    while (going) {
      const from = performance.now();
      await client.jobList({ query: { limit: 100 } });
      samples.push(performance.now() - from);
      await new Promise((resolve) => setTimeout(resolve, LIST_EVERY_MS));
    }
  };
  return { stop: () => (going = false), stopped: look() };
}
