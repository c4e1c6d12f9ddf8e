import type { Client } from '@weir/contract/client';
import { percentile, round } from '../measure/statistics.ts';

/** How long single calls take on a host that does nothing else, with the jobs that are in its store. */
export async function measureAnswers(client: Client, samples: number): Promise<Record<string, number>> {
  const submit = () => client.jobCreate({ body: { command: ['/bin/true'] } });
  const { job_id: id } = await submit();
  const { total } = await client.jobList({ query: { limit: 1 } });
  const show = await timeCalls(samples, () => client.jobShow({ params: { job_id: id } }));
  const list = await timeCalls(samples, () => client.jobList({ query: { limit: 100 } }));
  const dashboard = await timeCalls(samples, () => client.conductorDashboard());
  const ack = await timeCalls(samples, submit);
  return {
    jobs_in_store: total,
    ...describe('ack', ack),
    ...describe('query', show),
    ...describe('list_idle', list),
    dashboard_p50_ms: round(percentile(dashboard, 0.5), 2),
  };
}

function describe(name: string, samples: readonly number[]): Record<string, number> {
  return { [`${name}_p50_ms`]: round(percentile(samples, 0.5), 2), [`${name}_p95_ms`]: round(percentile(samples, 0.95), 2) };
}

async function timeCalls(count: number, call: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const from = performance.now();
    await call();
    samples.push(performance.now() - from);
  }
  return samples;
}
