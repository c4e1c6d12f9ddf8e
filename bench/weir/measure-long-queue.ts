import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { round } from '../measure/statistics.ts';
import { waitFor } from '../measure/waiting.ts';
import type { HostInstance } from './host-instance.ts';
import { readRssMb } from './process-facts.ts';

const IDLE_MS = 5_000;

/** Memory and start of a host whose store holds many jobs that wait and many more that have ended. */
export async function measureLongQueue(host: HostInstance, jobs: { pending: number; finished: number }): Promise<Record<string, number>> {
  const client = await host.up();
  await client.jobCreate({ body: { command: ['/bin/true'], name: 'pattern' } });
  await host.down();
  fillStore(join(host.home, 'weir.db'), jobs);
  const from = performance.now();
  const again = await host.up();
  const startMs = performance.now() - from;
  const { total } = await again.jobList({ query: { state: 'pending', limit: 1 } });
  if (total !== jobs.pending + 1) throw new Error(`the host knows ${total} waiting jobs instead of ${jobs.pending + 1}`);
  await waitFor(async () => (await again.healthShow()).status === 'healthy' || undefined, {
    what: 'health',
    limitMs: IDLE_MS,
    everyMs: 100,
  });
  await delay(IDLE_MS);
  return { host_rss_mb_100k_pending: round(readRssMb(host.pid)), start_ms_100k_pending: round(startMs, 0) };
}

/** Copies the one job that is there, in the store itself: submitting a million would take an hour. */
function fillStore(path: string, jobs: { pending: number; finished: number }): void {
  const database = new DatabaseSync(path);
  const columns = database.prepare('select name from pragma_table_info(?)').all('jobs');
  const copied = columns.map(({ name }) => String(name)).filter((name) => name !== 'id');
  const ended = new Map([
    ['state', "'completed'"],
    ['attempt', '1'],
    ['node', "'none'"],
    ['ended_at', 'submitted_at'],
    ['started_at', 'submitted_at'],
    ['outcome', `'{"kind":"exited","code":0}'`],
    ['exit_code', '0'],
  ]);
  const list = copied.map((name) => `"${name}"`).join(', ');
  const insert = (count: number, values: readonly string[]) =>
    database.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
      insert into jobs (${list}) select ${values.join(', ')} from n, (select * from jobs where name = 'pattern' order by id limit 1)`);
  database.exec('pragma synchronous = off');
  if (jobs.finished > 0)
    insert(
      jobs.finished,
      copied.map((name) => ended.get(name) ?? `"${name}"`),
    );
  if (jobs.pending > 0)
    insert(
      jobs.pending,
      copied.map((name) => `"${name}"`),
    );
  database.close();
}
