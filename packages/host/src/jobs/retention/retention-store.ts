import { sql } from 'kysely';
import type { Queries } from '../../store/store.ts';

/** A job's files on a node. */
export interface LeftFiles {
  readonly allocationId: number;
  readonly jobId: number;
  readonly node: string;
}

/**
 * An ended job to which nothing has happened since, and that nobody needs any more: no workflow, no waiting job and no array that goes on
 * refers to it. Its end is told by the clock of a node; its events by ours.
 */
const forgettable = (before: number) => sql`
  jobs.ended_at < ${before}
  and not exists (select 1 from events where events.job_id = jobs.id and events.at >= ${before})
  and (jobs.workflow_id is null or not exists (select 1 from workflows where workflows.id = jobs.workflow_id))
  and not exists (
    select 1 from job_dependencies join jobs waiting on waiting.id = job_dependencies.job_id
    where job_dependencies.on_job_id = jobs.id and waiting.ended_at is null)
  and (jobs.array_id is null or not exists (
    select 1 from jobs whole where whole.id = jobs.array_id and (whole.ended_at is null or whole.ended_at >= ${before})))`;

/** Attempts of forgettable jobs that left files on these nodes, as far as the nodes have not been told to delete them. */
export async function listLeftFiles(db: Queries, nodes: readonly string[], range: { before: number; limit: number }): Promise<LeftFiles[]> {
  if (nodes.length === 0) return [];
  const { rows } = await sql<LeftFiles>`
    select held.id as "allocationId", held.job_id as "jobId", held.node_name as node
    from jobs join resource_allocations held on held.job_id = jobs.id
    where ${forgettable(range.before)} and held.released = 1 and held.node_name in (${sql.join(nodes)})
    limit ${range.limit}`.execute(db);
  return rows;
}

/** Forgets allocations: the files of these attempts are gone. */
export async function deleteAllocations(db: Queries, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await db.deleteFrom('resource_allocations').where('id', 'in', ids).execute();
}

/**
 * Deletes forgettable jobs that have files on no known node, oldest end first: at most `limit` of their events, and the jobs once their
 * events are gone. Tells whether there may be more.
 */
export async function deleteForgottenJobs(db: Queries, range: { before: number; limit: number }): Promise<boolean> {
  const { rows } = await sql<{ id: number }>`
    select jobs.id from jobs
    where ${forgettable(range.before)}
      and not exists (
        select 1 from resource_allocations held join nodes on nodes.name = held.node_name
        where held.job_id = jobs.id)
    order by jobs.ended_at limit ${range.limit}`.execute(db);
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return false;
  const own = db.selectFrom('events').select('seq').where('job_id', 'in', ids).limit(range.limit);
  const { numDeletedRows } = await db.deleteFrom('events').where('seq', 'in', own).executeTakeFirstOrThrow();
  if (Number(numDeletedRows) === range.limit) return true;
  await db.deleteFrom('jobs').where('id', 'in', ids).execute();
  return ids.length === range.limit;
}

/** Deletes old events that belong to no job and no workflow; tells whether there may be more. */
export async function deleteFleetEvents(db: Queries, range: { before: number; limit: number }): Promise<boolean> {
  const deleted = await sql`
    delete from events where seq in (
      select seq from events where job_id is null and workflow_id is null and at < ${range.before} order by at limit ${range.limit})`.execute(
    db,
  );
  return Number(deleted.numAffectedRows ?? 0n) === range.limit;
}

/** Deletes old lines of the audit log, oldest first; tells whether there may be more. Lines are in the order of their times. */
export async function deleteAuditLines(db: Queries, range: { before: number; limit: number }): Promise<boolean> {
  const oldest = await db.selectFrom('audit_log').select(['id', 'at']).orderBy('id').limit(range.limit).execute();
  const ids = oldest.filter(({ at }) => at < range.before).map(({ id }) => id);
  if (ids.length > 0) await db.deleteFrom('audit_log').where('id', 'in', ids).execute();
  return ids.length === range.limit;
}
