import { JOB_STATE_RULES, JOB_STATES } from '@weir/contract';
import type { Queries } from '../store/store.ts';

/** How many jobs are in each state in which a job has not ended. */
export async function countActiveJobs(db: Queries): Promise<Map<string, number>> {
  const states = JOB_STATES.filter((state) => !JOB_STATE_RULES[state].terminal);
  const rows = await db
    .selectFrom('jobs')
    .select((select) => ['state', select.fn.countAll().as('count')])
    .where('state', 'in', states)
    .groupBy('state')
    .execute();
  const counts = new Map(rows.map((row) => [row.state, Number(row.count)]));
  return new Map(states.map((state) => [state, counts.get(state) ?? 0]));
}
