import { parseArgs } from 'node:util';
import { withCleanup } from '../bench/measure/cleanup.ts';
import { injectFaults } from './faults/inject.ts';
import { CapacityWatch } from './history/capacity-watch.ts';
import { examine, waitForEnds } from './history/findings.ts';
import { Workload } from './load/workload.ts';
import { Fleet } from './world/fleet.ts';
import { Random } from './world/random.ts';
import { makeWorkplace } from './world/workplace.ts';

const SAMPLE_MS = 250;
const NODE_CPUS = 8;

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    faults: { type: 'string', default: '60' },
    /** Kinds of faults, with commas between them. */
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    nodes: { type: 'string', default: '6' },
    /** Jobs submitted a second. */
    rate: { type: 'string', default: '4' },
    /** Leave the folder with logs and stores. */
    keep: { type: 'boolean', default: false },
  },
});

const report = await withCleanup(async (cleanup) => {
  const from = performance.now();
  const tell = (line: string) => console.error(`chaos: ${line}`);
  const seed = Number(values.seed);
  const store = values.store === 'postgres' ? 'postgres' : 'sqlite';
  const place = makeWorkplace(cleanup, values.keep);
  const fleet = await Fleet.start(cleanup, { store, nodes: Number(values.nodes), cpus: NODE_CPUS, folder: place.folder });
  const client = () => fleet.client();
  const watch = new CapacityWatch(client);
  const workload = new Workload({ client, random: new Random(seed + 1), ...place, jobsPerSecond: Number(values.rate) });
  watch.start(SAMPLE_MS);
  workload.start();
  const made = await injectFaults(fleet, new Random(seed), { count: Number(values.faults), only: values.only?.split(','), tell });
  await workload.stop();
  await fleet.mend();
  tell(`${workload.acknowledged.length} jobs acknowledged; waiting for their ends`);
  await waitForEnds(fleet, tell);
  await watch.stop();
  const findings = await examine(fleet, { workload, watch, place });
  if (values.keep) tell(`logs and stores are in ${place.folder}`);
  return {
    store,
    seed,
    faults: Object.values(made).reduce((sum, count) => sum + count, 0),
    faults_by_kind: made,
    acknowledged_jobs: workload.acknowledged.length,
    unanswered_requests: workload.failures,
    repeated_submits: workload.repeated,
    capacity_samples: watch.samples,
    seconds: Math.round((performance.now() - from) / 1000),
    ...findings,
  };
});
console.log(JSON.stringify(report));
process.exitCode = report.violations.length === 0 ? 0 : 1;
