import type { DependencyKind, ExecutorReport, Gpu, JobState, Labels, NumaNode } from '@weir/contract';
import { ALLOCATED_STATES } from '../../jobs/attempt-store.ts';
import { parseStored } from '../../store/parse-json.ts';
import type { NodeRow } from '../../store/schema.ts';
import type { Queries } from '../../store/store.ts';
import type { FleetNode, NodeAbsence } from '../core/model.ts';
import type { QueueRow } from './job-shapes.ts';

const QUEUE_COLUMNS = [
  'id',
  'kind',
  'state',
  'attempt',
  'user',
  'account',
  'class',
  'priority',
  'submitted_at',
  'started_at',
  'begin_at',
  'time_limit_ms',
  'cpus',
  'memory_bytes',
  'gpus',
  'executor',
  'request',
  'array',
  'array_id',
  'stop_by',
] as const satisfies readonly (keyof QueueRow)[];

/** Ids in one statement: SQLite and PostgreSQL allow some ten thousand parameters. */
const MAX_IDS = 5_000;

/** A node of the fleet and how others reach it. */
export interface KnownNode {
  readonly node: FleetNode;
  readonly address: string;
}

/** One dependency of a waiting job, and the state of what it waits for; null = there is no such job any more. */
export interface StoredDependency {
  readonly jobId: number;
  readonly onJobId: number;
  readonly kind: DependencyKind;
  readonly state: JobState | null;
}

/** Pending jobs with ids above `after`, by id. */
export async function listPendingPage(db: Queries, after: number, limit: number): Promise<QueueRow[]> {
  return db
    .selectFrom('jobs')
    .select(QUEUE_COLUMNS)
    .where('state', '=', 'pending')
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Jobs that hold nodes, and arrays whose tasks have all started. */
export async function listActiveJobs(db: Queries): Promise<QueueRow[]> {
  return db.selectFrom('jobs').select(QUEUE_COLUMNS).where('state', 'in', ALLOCATED_STATES).execute();
}

/** The jobs with these ids, as far as there are such. */
export async function listQueueRows(db: Queries, ids: readonly number[]): Promise<QueueRow[]> {
  const rows: QueueRow[] = [];
  for (let from = 0; from < ids.length; from += MAX_IDS) {
    const part = ids.slice(from, from + MAX_IDS);
    rows.push(...(await db.selectFrom('jobs').select(QUEUE_COLUMNS).where('id', 'in', part).execute()));
  }
  return rows;
}

/** Ids of all pending jobs. */
export async function listPendingIds(db: Queries): Promise<number[]> {
  const rows = await db.selectFrom('jobs').select('id').where('state', '=', 'pending').execute();
  return rows.map(({ id }) => id);
}

/** Dependencies of the pending jobs with ids from `first` to `last`. */
export async function listDependencies(db: Queries, first: number, last: number): Promise<StoredDependency[]> {
  const rows = await db
    .selectFrom('job_dependencies as wish')
    .innerJoin('jobs as own', 'own.id', 'wish.job_id')
    .leftJoin('jobs as other', 'other.id', 'wish.on_job_id')
    .select(['wish.job_id', 'wish.on_job_id', 'wish.kind', 'other.state'])
    .where('wish.job_id', '>=', first)
    .where('wish.job_id', '<=', last)
    .where('own.state', '=', 'pending')
    .execute();
  return rows.map((row) => ({ jobId: row.job_id, onJobId: row.on_job_id, kind: row.kind, state: row.state }));
}

/** These nodes, or all. */
export async function listKnownNodes(db: Queries, names?: readonly string[]): Promise<KnownNode[]> {
  const query = db.selectFrom('nodes').selectAll();
  const rows = await (names === undefined ? query : query.where('name', 'in', names)).execute();
  return rows.map((row) => ({ node: toFleetNode(row), address: row.address === '' ? row.hostname : row.address }));
}

/** CPU use of the nodes in the newest minute that is stored of each since `since`, 0 to 1. */
export async function listLoads(db: Queries, since: number): Promise<Map<string, number>> {
  const rows = await db.selectFrom('node_usage').select(['node', 'cpu_percent']).where('minute', '>=', since).orderBy('minute').execute();
  return new Map(rows.map((row) => [row.node, row.cpu_percent / 100]));
}

function toFleetNode(row: NodeRow): FleetNode {
  return {
    name: row.name,
    cpus: row.cpus,
    memoryBytes: row.memory_bytes,
    gpus: parseStored<Gpu[]>(row.gpus),
    numa: parseStored<NumaNode[]>(row.numa),
    labels: parseStored<Labels>(row.labels),
    executors: parseStored<ExecutorReport[]>(row.executors).flatMap((report) => (report.usable ? [report.kind] : [])),
    away: listAbsences(row),
    load: 0,
  };
}

function listAbsences({ state, session_host: sessionHost, drained }: NodeRow): readonly NodeAbsence[] {
  const link: readonly NodeAbsence[] = state !== 'online' ? [state] : sessionHost === null ? ['disconnected'] : [];
  return drained === 0 ? link : ['drained', ...link];
}
