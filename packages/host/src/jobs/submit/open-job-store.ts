import { sql } from 'kysely';
import { COMMON_ACCOUNT } from '../../accounts/resolve-account.ts';
import { parseStored } from '../../store/parse-json.ts';
import type { Queries } from '../../store/store.ts';
import { countIndices } from '../arrays/index-ranges.ts';
import type { ArrayRecord } from '../job-request.ts';

/** Written out: a partial index serves a query only when the query repeats its condition as it is. */
const OPEN = sql`state in ('pending', 'starting', 'running', 'paused')`;

interface Owner {
  readonly by: 'user' | 'account';
  readonly name: string;
}

/** How many jobs of a user, or of an account, have not ended; of an array each task counts, and a workflow between two stages as the next. */
export async function countOpenJobs(db: Queries, of: Owner): Promise<number> {
  const owner = sql`${sql.ref(of.by)} = ${of.name}`;
  const counted = await sql<{ jobs: number }>`select count(*) as jobs from jobs where ${owner} and ${OPEN}`.execute(db);
  const arrays = await sql<{ array: string }>`select "array" from jobs where "array" is not null and ended_at is null and ${owner}`.execute(
    db,
  );
  const waiting = arrays.rows.reduce((total, row) => total + countIndices(parseStored<ArrayRecord>(row.array).waiting), 0);
  return (counted.rows[0]?.jobs ?? 0) - arrays.rows.length + waiting + (await countIdleWorkflows(db, of));
}

/** Workflows that go on and have no open job now; their stages are charged to the default account of their user. */
async function countIdleWorkflows(db: Queries, of: Owner): Promise<number> {
  const account = sql`coalesce((select default_account from users where users.name = workflows."user"), ${COMMON_ACCOUNT})`;
  const owner = of.by === 'user' ? sql`workflows."user"` : account;
  const counted = await sql<{ workflows: number }>`select count(*) as workflows from workflows
    where state in ('pending', 'running') and ${owner} = ${of.name}
    and not exists (select 1 from jobs where jobs.workflow_id = workflows.id and ${OPEN})`.execute(db);
  return counted.rows[0]?.workflows ?? 0;
}
