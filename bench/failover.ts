import { parseArgs } from 'node:util';
import type { Client } from '@weir/contract/client';
import { ClusterStore } from '../e2e/support/cluster-store.ts';
import { WeirFleet, type FleetProcess } from '../e2e/support/weir-fleet.ts';
import { withCleanup } from './measure/cleanup.ts';
import { describeMachine } from './measure/machine.ts';
import { percentile, round } from './measure/statistics.ts';
import { waitFor } from './measure/waiting.ts';

const LIMIT_MS = 60_000;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });

const seconds = await withCleanup(async (cleanup) => {
  const store = await ClusterStore.start();
  cleanup.defer(() => store.stop());
  const fleet = await WeirFleet.start(store.env, 2);
  cleanup.defer(() => fleet.destroy());
  await fleet.addNode('a', { cpus: 4 });
  const samples: number[] = [];
  for (let turn = 0; turn < Number(values.rounds); turn += 1) samples.push(await measureTakeOver(fleet));
  return samples;
});
console.log(
  JSON.stringify({
    bench: 'failover',
    results: { failover_p50_s: round(percentile(seconds, 0.5), 2), failover_max_s: round(Math.max(...seconds), 2), rounds: seconds.length },
    peers: {},
    machine: describeMachine(),
  }),
);

/** From the kill -9 of the host that schedules to the end of a job that was submitted to the other one at that moment. */
async function measureTakeOver(fleet: WeirFleet): Promise<number> {
  const leader = await findLeader(fleet);
  const standby = fleet.hosts.find((host) => host !== leader);
  if (standby === undefined) throw new Error('there is no standby');
  const client = fleet.client(standby);
  await leader.end('SIGKILL');
  const from = performance.now();
  await runJob(client);
  const took = performance.now() - from;
  leader.start();
  await fleet.hostReady(leader);
  return took / 1000;
}

async function runJob(client: Client): Promise<void> {
  const { job_id } = await client.jobCreate({ body: { command: ['/bin/true'] } });
  const look = async () => (await client.jobShow({ params: { job_id }, query: { wait_ms: 10_000 } })).ended_at ?? undefined;
  await waitFor(look, { what: `job ${job_id} to end`, limitMs: LIMIT_MS, everyMs: 5 });
}

async function findLeader(fleet: WeirFleet): Promise<FleetProcess> {
  const look = async () => {
    for (const host of fleet.hosts) if ((await fleet.client(host).healthShow()).leader) return host;
    return undefined;
  };
  return waitFor(() => look().catch(() => undefined), { what: 'a leader', limitMs: LIMIT_MS, everyMs: 100 });
}
