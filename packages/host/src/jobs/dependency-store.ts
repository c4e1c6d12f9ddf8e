import type { Dependency, JobState } from '@weir/contract';
import type { Queries } from '../store/store.ts';

/** A statement has a limited number of parameters. */
const ROWS_A_STATEMENT = 5_000;

/** Stores what new jobs wait for, all for the same. */
export async function insertDependencies(db: Queries, jobIds: readonly number[], depends: readonly Dependency[]): Promise<void> {
  const rows = jobIds.flatMap((id) => depends.map(({ kind, job_id: on }) => ({ job_id: id, on_job_id: on, kind })));
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    await db
      .insertInto('job_dependencies')
      .values(rows.slice(from, from + ROWS_A_STATEMENT))
      .execute();
  }
}

/** What each of these jobs was told to wait for, met or not; a job without dependencies has no entry. */
export async function listDependencies(db: Queries, jobIds: readonly number[]): Promise<Map<number, Dependency[]>> {
  const found = new Map<number, Dependency[]>();
  if (jobIds.length === 0) return found;
  const rows = await db.selectFrom('job_dependencies').selectAll().where('job_id', 'in', jobIds).orderBy('on_job_id').execute();
  for (const row of rows) found.set(row.job_id, [...(found.get(row.job_id) ?? []), { kind: row.kind, job_id: row.on_job_id }]);
  return found;
}

/** Who owns each of these jobs and how it stands; one that is not there has no entry. */
export async function findCauses(db: Queries, ids: readonly number[]): Promise<Map<number, { user: string; state: JobState }>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('jobs').select(['id', 'user', 'state']).where('id', 'in', ids).execute();
  return new Map(rows.map(({ id, user, state }) => [id, { user, state }]));
}
