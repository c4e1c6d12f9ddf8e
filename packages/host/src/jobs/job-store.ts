import { JOB_STATE_RULES, type JobState } from '@weir/contract';
import { sql } from 'kysely';
import type { Queries } from '../store/store.ts';
import type { JobRow, NewJob } from '../store/schema.ts';

/** Which jobs a reader asks for. `before` is an id: pages go from new to old. */
export interface JobFilter {
  readonly state?: JobState | undefined;
  readonly user?: string | undefined;
  readonly name?: string | undefined;
  readonly account?: string | undefined;
  /** Of the current or last attempt; of a gang any of its nodes. */
  readonly node?: string | undefined;
  readonly workflowId?: number | undefined;
  readonly batchId?: number | undefined;
  readonly arrayId?: number | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
}

/** A statement has a limited number of parameters. */
const JOBS_A_STATEMENT = 500;

/** Stores a new job and returns it with its id. Every submit does: the text is written out to spare its building. */
export async function insertJob(db: Queries, job: NewJob): Promise<JobRow> {
  const stored = await sql<{ id: number }>`
    insert into jobs (
      kind, name, "user", state, attempt, node, cpus, memory_bytes, gpus, gpu_ids, priority, time_limit_ms, grace_ms, requeue,
      program, env, workdir, comment, submitted_at, started_at, ended_at, outcome, exit_code, exit_signal, error_message, stop_by,
      pause_wanted, events_offset, workflow_id, stage, account, class, executor, request, batch_id, "array", array_id, array_index,
      begin_at, preemptions, master_port)
    values (
      ${job.kind}, ${job.name}, ${job.user}, ${job.state}, ${job.attempt}, ${job.node}, ${job.cpus}, ${job.memory_bytes}, ${job.gpus},
      ${job.gpu_ids}, ${job.priority}, ${job.time_limit_ms}, ${job.grace_ms}, ${job.requeue}, ${job.program}, ${job.env}, ${job.workdir},
      ${job.comment}, ${job.submitted_at}, ${job.started_at}, ${job.ended_at}, ${job.outcome}, ${job.exit_code}, ${job.exit_signal},
      ${job.error_message}, ${job.stop_by}, ${job.pause_wanted}, ${job.events_offset}, ${job.workflow_id}, ${job.stage}, ${job.account},
      ${job.class}, ${job.executor}, ${job.request}, ${job.batch_id}, ${job.array}, ${job.array_id}, ${job.array_index}, ${job.begin_at},
      ${job.preemptions}, ${job.master_port})
    returning id`.execute(db);
  const [row] = stored.rows;
  if (row === undefined) throw new Error('the store gave a job no id');
  return { ...job, id: row.id };
}

/** As `insertJob`, of many in few statements; their ids grow in the order given. */
export async function insertJobs(db: Queries, jobs: readonly NewJob[]): Promise<JobRow[]> {
  const stored: JobRow[] = [];
  for (let from = 0; from < jobs.length; from += JOBS_A_STATEMENT) {
    const part = jobs.slice(from, from + JOBS_A_STATEMENT);
    const rows = await db.insertInto('jobs').values(part).returning('id').execute();
    const ids = rows.map(({ id }) => id).sort((left, right) => left - right);
    for (const [place, job] of part.entries()) {
      const id = ids[place];
      if (id === undefined) throw new Error('the store gave a job no id');
      stored.push({ ...job, id });
    }
  }
  return stored;
}

/** Reads a job. */
export async function findJob(db: Queries, id: number): Promise<JobRow | undefined> {
  return db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Reads a page of jobs, newest first. */
export async function listJobs(db: Queries, filter: JobFilter): Promise<JobRow[]> {
  const query = selectJobs(db, filter);
  const page = filter.before === undefined ? query : query.where('id', '<', filter.before);
  return page.selectAll().orderBy('id', 'desc').limit(filter.limit).execute();
}

/** How many jobs there are, whatever page is asked for. */
export async function countJobs(db: Queries, filter: JobFilter): Promise<number> {
  const count = selectJobs(db, filter).select((select) => select.fn.countAll<number>().as('total'));
  return (await count.executeTakeFirstOrThrow()).total;
}

function selectJobs(db: Queries, filter: JobFilter) {
  let query = db.selectFrom('jobs');
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (filter.user !== undefined) query = query.where('user', '=', filter.user);
  // Few jobs are open: then SQLite, which keeps no statistics, must not go through all that a name or an account ever had.
  const isOpen = filter.state !== undefined && !JOB_STATE_RULES[filter.state].terminal;
  if (filter.name !== undefined) query = query.where(isOpen ? sql`coalesce(name, '')` : 'name', '=', filter.name);
  if (filter.account !== undefined) query = query.where(isOpen ? sql`coalesce(account, '')` : 'account', '=', filter.account);
  if (filter.workflowId !== undefined) query = query.where('workflow_id', '=', filter.workflowId);
  if (filter.arrayId !== undefined) query = query.where('array_id', '=', filter.arrayId);
  const { batchId, node } = filter;
  // The first job of a batch has none of its own: its id is the batch's.
  if (batchId !== undefined)
    query = query.where((where) =>
      where.or([where('batch_id', '=', batchId), where.and([where('id', '=', batchId), where('batch_id', 'is', null)])]),
    );
  if (node !== undefined)
    query = query.where(
      sql<boolean>`id in (select id from jobs where node = ${node} union all
        select gang.id from resource_allocations held join jobs gang on gang.id = held.job_id and gang.attempt = held.attempt
        where held.node_name = ${node} and held.rank > 0)`,
    );
  return query;
}
