import { sql } from 'kysely';
import type { Allocation } from '../../allocations/allocation-store.ts';
import type { Queries } from '../../store/store.ts';
import type { JobRow } from '../../store/schema.ts';

/** What one GPU, and one GiB of memory, count as CPUs. */
const GPU_WEIGHT = 8;
const GIB_WEIGHT = 1 / 4;
/** Nothing is left after that many; PostgreSQL refuses a power that is too small for a number. */
const MOST_HALVINGS = 200;

/** Charges an account's user for what one node held: weighted CPU-seconds, added to what is left of earlier use. */
export async function addUsage(
  db: Queries,
  use: { readonly job: JobRow; readonly part: Allocation; readonly now: number; readonly halfLifeMs: number },
): Promise<void> {
  const { job, part, now, halfLifeMs } = use;
  const weight = part.cpus + GPU_WEIGHT * part.gpuIds.length + (GIB_WEIGHT * part.memoryBytes) / 1024 ** 3;
  const amount = (weight * Math.max(0, now - part.allocatedAt)) / 1000;
  if (amount === 0) return;
  const halvings = sql`(excluded.as_of - usage.as_of) / cast(${halfLifeMs} as double precision)`;
  await sql`
    insert into usage (account, "user", usage, as_of) values (${job.account}, ${job.user}, ${amount}, ${now})
    on conflict (account, "user") do update set
      usage = usage.usage * pow(cast(0.5 as double precision),
        case when ${halvings} < 0 then 0 when ${halvings} > ${sql.lit(MOST_HALVINGS)} then ${sql.lit(MOST_HALVINGS)} else ${halvings} end)
        + excluded.usage,
      as_of = case when excluded.as_of > usage.as_of then excluded.as_of else usage.as_of end`.execute(db);
}
