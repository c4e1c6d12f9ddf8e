import { sql } from 'kysely';
import { parseStored } from '../../store/parse-json.ts';
import type { Queries } from '../../store/store.ts';
import { countIndices } from '../arrays/index-ranges.ts';
import type { ArrayRecord } from '../job-request.ts';

/** Written out: a partial index serves a query only when the query repeats its condition as it is. */
const OPEN = sql`state in ('pending', 'starting', 'running', 'paused')`;

/** How many jobs of a user, or of an account, have not ended; of an array each task counts. */
export async function countOpenJobs(db: Queries, of: { by: 'user' | 'account'; name: string }): Promise<number> {
  const owner = sql`${sql.ref(of.by)} = ${of.name}`;
  const counted = await sql<{ jobs: number }>`select count(*) as jobs from jobs where ${owner} and ${OPEN}`.execute(db);
  const arrays = await sql<{ array: string }>`select "array" from jobs where "array" is not null and ended_at is null and ${owner}`.execute(
    db,
  );
  const waiting = arrays.rows.reduce((total, row) => total + countIndices(parseStored<ArrayRecord>(row.array).waiting), 0);
  return (counted.rows[0]?.jobs ?? 0) - arrays.rows.length + waiting;
}
