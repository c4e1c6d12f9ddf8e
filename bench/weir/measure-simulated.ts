import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Client } from '@weir/contract/client';
import { percentile, round, runInLanes } from '../measure/statistics.ts';
import { waitFor } from '../measure/waiting.ts';
import type { HostInstance } from './host-instance.ts';
import { readCpuMs } from './process-facts.ts';

const CONNECTIONS = 32;
const NODES = { count: 8, cpus: 64 };
const END_MS = 120_000;
const LOOKER = join(import.meta.dirname, 'list-looker.ts');

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
  const looker = await lookAtLists(host, lists);
  const from = performance.now();
  const last = await submitAll(client, count);
  // One call that waits costs the host nothing; what may still go on then is looked for.
  await client.jobShow({ params: { job_id: last }, query: { wait_ms: 60_000 } });
  await waitForQueue(client);
  const took = performance.now() - from;
  await looker.terminate();
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

/** A reader of lists that does not queue behind the submits of this thread; resolves with its first answer, which does not count. */
async function lookAtLists(host: HostInstance, samples: number[]): Promise<Worker> {
  const looker = new Worker(LOOKER, { workerData: host.clientOptions });
  await once(looker, 'message');
  looker.on('message', (ms: number) => samples.push(ms));
  return looker;
}
