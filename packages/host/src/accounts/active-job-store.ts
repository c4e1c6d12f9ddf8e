import { JOB_STATE_RULES, JOB_STATES } from '@weir/contract';
import type { Queries } from '../store/store.ts';

const ACTIVE_STATES = JOB_STATES.filter((state) => !JOB_STATE_RULES[state].terminal);

/** Ids above `after` of a user's jobs that have not ended, at most `limit` of them, lowest first. */
export async function listActiveJobsOfUser(db: Queries, user: string, page: { after: number; limit: number }): Promise<number[]> {
  const rows = await db
    .selectFrom('jobs')
    .select('id')
    .where('user', '=', user)
    .where('state', 'in', ACTIVE_STATES)
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit)
    .execute();
  return rows.map((row) => row.id);
}

/** How many jobs that have not ended are charged to an account. */
export async function countActiveJobsOfAccount(db: Queries, account: string): Promise<number> {
  const row = await db
    .selectFrom('jobs')
    .select((select) => select.fn.countAll().as('count'))
    .where('account', '=', account)
    .where('state', 'in', ACTIVE_STATES)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
