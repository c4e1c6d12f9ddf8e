import { sql } from 'kysely';
import type { JobState } from '@weir/contract';
import type { Queries } from '../../store/store.ts';

/** How many tasks of each of these arrays have started, by the state that they are in. */
export async function countTasks(db: Queries, arrayIds: readonly number[]): Promise<Map<number, Map<JobState, number>>> {
  const found = new Map<number, Map<JobState, number>>();
  if (arrayIds.length === 0) return found;
  const rows = await db
    .selectFrom('jobs')
    .select((select) => ['array_id', 'state', select.fn.countAll<number>().as('count')])
    .where('array_id', 'in', arrayIds)
    .groupBy(['array_id', 'state'])
    .execute();
  for (const { array_id: id, state, count } of rows) {
    if (id !== null) found.set(id, (found.get(id) ?? new Map<JobState, number>()).set(state, count));
  }
  return found;
}

/** Ids of an array's tasks that have started and not ended. */
export async function listOpenTasks(db: Queries, arrayId: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from jobs where array_id = ${arrayId} and state in ('pending', 'starting', 'running', 'paused') order by id`.execute(db);
  return rows.map(({ id }) => id);
}

/** True while a task of an array that has started goes on. */
export async function hasOpenTask(db: Queries, arrayId: number): Promise<boolean> {
  const { rows } = await sql`
    select id from jobs where array_id = ${arrayId} and state in ('pending', 'starting', 'running', 'paused') limit 1`.execute(db);
  return rows.length > 0;
}
