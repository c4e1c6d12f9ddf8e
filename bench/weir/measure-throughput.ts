import { jobHasEnded, type Client } from '@weir/contract/client';
import { round, runInLanes } from '../measure/statistics.ts';
import { readCpuMs } from './process-facts.ts';
import type { WeirInstance } from './weir-instance.ts';

/** Keep-alive connections that submit at the same time. */
const CONNECTIONS = 32;
const END_MS = 60_000;
const PAGE = 1000;

/** Many jobs that do nothing, submitted while they run: jobs a second from the first submit to the last recorded end. */
export async function measureThroughput(weir: WeirInstance, client: Client, count: number): Promise<Record<string, number>> {
  const cpuBefore = readCpu(weir);
  const from = performance.now();
  const ids: number[] = [];
  await runInLanes(count, CONNECTIONS, async () => {
    ids.push((await client.jobCreate({ body: { command: ['/bin/true'] } })).job_id);
  });
  const submittedMs = performance.now() - from;
  // Ends come about in the order of the submits: when the last hundred have ended, stragglers are few.
  for (const id of ids.slice(-100)) await waitForEnd(client, id);
  let took = performance.now() - from;
  for (const id of await listUnended(client, ids)) {
    await waitForEnd(client, id);
    took = performance.now() - from;
  }
  const cpu = readCpu(weir);
  return {
    process_jobs_per_s: round((count / took) * 1000),
    submits_per_s: round((count / submittedMs) * 1000),
    host_cpu_ms_per_job: round((cpu.host - cpuBefore.host) / count, 2),
    runner_cpu_ms_per_job: round((cpu.runner - cpuBefore.runner) / count, 2),
  };
}

async function waitForEnd(client: Client, id: number): Promise<void> {
  const job = await client.jobShow({ params: { job_id: id }, query: { wait_ms: END_MS } });
  if (!jobHasEnded(job)) throw new Error(`job ${id} did not end within ${END_MS} ms`);
}

/** The jobs that have not ended; throws when one of them failed. */
async function listUnended(client: Client, ids: readonly number[]): Promise<number[]> {
  const states = new Map<number, string>();
  let before: number | undefined;
  while (states.size < ids.length) {
    const page = await client.jobList({ query: { limit: PAGE, ...(before === undefined ? {} : { before }) } });
    for (const job of page.jobs) states.set(job.job_id, job.state);
    if (page.next_before === null) break;
    before = page.next_before;
  }
  const failed = ids.find((id) => states.get(id) === 'failed' || states.get(id) === 'lost');
  if (failed !== undefined) throw new Error(`job ${failed} is ${states.get(failed) ?? 'gone'}`);
  return ids.filter((id) => states.get(id) !== 'completed');
}

function readCpu(weir: WeirInstance): { host: number; runner: number } {
  return { host: readCpuMs(weir.hostPid()), runner: readCpuMs(weir.runnerPid()) };
}
