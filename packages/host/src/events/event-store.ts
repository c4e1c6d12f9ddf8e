import { sql, type Kysely } from 'kysely';
import type { Event, EventType, JsonObject } from '@weir/contract';
import { parseObject } from '../store/parse-json.ts';
import { toIso } from '../store/time.ts';
import type { Database, EventRow } from '../store/schema.ts';

/** An event to be stored. `owner` is who may see it; absent = everybody. */
export interface NewEvent {
  readonly type: EventType;
  readonly jobId?: number | null;
  readonly workflowId?: number | null;
  readonly node?: string | null;
  readonly owner?: string | null;
  readonly data?: JsonObject;
}

/** Which events a reader asks for; `owner` limits them to what that user may see. */
export interface EventFilter {
  readonly after: number;
  /** The last number that is looked at; absent = the newest. */
  readonly upTo?: number | undefined;
  readonly limit: number;
  readonly jobId?: number | undefined;
  readonly workflowId?: number | undefined;
  readonly owner?: string | undefined;
}

/** A statement has a limited number of parameters. */
const EVENTS_A_STATEMENT = 2_000;

/** Stores an event and gives it its sequence number. Every step of every job stores one: the text is written out to spare its building. */
export async function insertEvent(db: Kysely<Database>, event: NewEvent): Promise<Event> {
  const { type, jobId = null, workflowId = null, node = null, owner = null, data = {} } = event;
  const at = Date.now();
  const stored = await sql<{ seq: number }>`
    insert into events (at, type, job_id, workflow_id, node, owner, data)
    values (${at}, ${type}, ${jobId}, ${workflowId}, ${node}, ${owner}, ${JSON.stringify(data)}) returning seq`.execute(db);
  return { seq: requireNumber(stored.rows[0]?.seq), at: toIso(at), type, job_id: jobId, workflow_id: workflowId, node, data };
}

/** As `insertEvent`, of many in few statements; their numbers grow in the order given. */
export async function insertEvents(db: Kysely<Database>, events: readonly NewEvent[]): Promise<Event[]> {
  const at = Date.now();
  const stored: Event[] = [];
  for (let from = 0; from < events.length; from += EVENTS_A_STATEMENT) {
    const part = events
      .slice(from, from + EVENTS_A_STATEMENT)
      .map(({ type, jobId = null, workflowId = null, node = null, owner = null, data = {} }) => ({
        row: { at, type, job_id: jobId, workflow_id: workflowId, node, owner, data: JSON.stringify(data) },
        event: { at: toIso(at), type, job_id: jobId, workflow_id: workflowId, node, data },
      }));
    const rows = await db
      .insertInto('events')
      .values(part.map(({ row }) => row))
      .returning('seq')
      .execute();
    const seqs = rows.map(({ seq }) => seq).sort((left, right) => left - right);
    for (const [place, { event }] of part.entries()) stored.push({ ...event, seq: requireNumber(seqs[place]) });
  }
  return stored;
}

function requireNumber(seq: number | undefined): number {
  if (seq === undefined) throw new Error('the store gave an event no sequence number');
  return seq;
}

/** Reads the events after a sequence number, in order. */
export async function listEvents(db: Kysely<Database>, filter: EventFilter): Promise<Event[]> {
  let query = db.selectFrom('events').selectAll().where('seq', '>', filter.after).orderBy('seq').limit(filter.limit);
  if (filter.upTo !== undefined) query = query.where('seq', '<=', filter.upTo);
  if (filter.jobId !== undefined) query = query.where('job_id', '=', filter.jobId);
  if (filter.workflowId !== undefined) query = query.where('workflow_id', '=', filter.workflowId);
  const { owner } = filter;
  if (owner !== undefined) query = query.where((where) => where.or([where('owner', 'is', null), where('owner', '=', owner)]));
  return (await query.execute()).map(toEvent);
}

/** The newest sequence number; 0 when nothing has happened. */
export async function readLastSeq(db: Kysely<Database>): Promise<number> {
  const row = await db.selectFrom('events').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
  return row?.seq ?? 0;
}

function toEvent(row: EventRow): Event {
  return {
    seq: row.seq,
    at: toIso(row.at),
    type: row.type,
    job_id: row.job_id,
    workflow_id: row.workflow_id,
    node: row.node,
    data: parseObject(row.data),
  };
}
