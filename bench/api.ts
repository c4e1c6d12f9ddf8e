import { parseArgs } from 'node:util';
import { withCleanup } from './measure/cleanup.ts';
import { describeMachine } from './measure/machine.ts';
import { readCount } from './measure/options.ts';
import { HostInstance } from './weir/host-instance.ts';
import { measureAnswers } from './weir/measure-answers.ts';
import { measureSimulated } from './weir/measure-simulated.ts';

const { values } = parseArgs({ options: { jobs: { type: 'string', default: '10000' }, samples: { type: 'string', default: '300' } } });
const jobs = readCount('jobs', values.jobs);
const samples = readCount('samples', values.samples);

const machine = describeMachine();
const results = await withCleanup(measure);
console.log(JSON.stringify({ bench: 'api', results, peers: {}, machine }));

async function measure(cleanup: AsyncDisposableStack): Promise<Record<string, number>> {
  const host = new HostInstance(cleanup);
  const client = await host.up();
  say(`${jobs} jobs submitted without a node, then ${jobs} that simulated nodes run at once`);
  const { durable_submits_per_s, list_p95_ms } = await measureSimulated(host, client, jobs);
  say(`${durable_submits_per_s} submits/s, list p95 ${list_p95_ms} ms; then each call alone, ${samples} times`);
  return { durable_submits_per_s, list_p95_ms, ...(await measureAnswers(client, samples)) };
}

function say(text: string): void {
  console.error(`bench api: ${text}`);
}
