import type { Event } from '@weir/contract';
import type { NewMember } from '../../allocations/allocation-store.ts';
import { parseMembers } from '../../allocations/parse-members.ts';
import type { Committed } from '../../store/group-commit.ts';
import type { Queries } from '../../store/store.ts';
import type { QueueRow } from './job-shapes.ts';
import { listDependencies, listQueueRows, type StoredDependency } from './mirror-store.ts';

/** Events of jobs after which their row is another one as far as the scheduler cares. */
const JOB_EVENTS: ReadonlySet<Event['type']> = new Set([
  'job.submitted',
  'job.starting',
  'job.started',
  'job.stopping',
  'job.preempting',
  'job.updated',
  'job.requeued',
  'job.ended',
]);

/** One job's change, in the order of the commits. */
export interface JobChange {
  readonly event: Event;
  /** Undefined = the store has it no more. */
  readonly row: QueueRow | undefined;
}

/** What a batch of events means for the scheduler's copy, with everything that had to be read for it. */
export interface Changes {
  readonly jobs: readonly JobChange[];
  readonly dependencies: readonly StoredDependency[];
  /** Jobs that were queued in it and may wait for others. */
  readonly submitted: readonly number[];
  readonly nodes: readonly string[];
  readonly policy: boolean;
}

/** Reads what the events do not carry: rows of jobs that other hosts changed, dependencies of new jobs. One query each. */
export async function readChanges(db: Queries, batch: readonly Committed[]): Promise<Changes> {
  const jobs = batch.filter(({ event }) => event.job_id !== null && JOB_EVENTS.has(event.type));
  const missing = new Set(jobs.flatMap(({ event, job }) => (job === undefined && event.job_id !== null ? [event.job_id] : [])));
  const rows = new Map((missing.size === 0 ? [] : await listQueueRows(db, [...missing])).map((row) => [row.id, row]));
  const submitted = jobs.flatMap(({ event }) => (mayDepend(event) && event.job_id !== null ? [event.job_id] : []));
  const dependencies = submitted.length === 0 ? [] : await listDependencies(db, Math.min(...submitted), Math.max(...submitted));
  const isNew = new Set(submitted);
  return {
    jobs: jobs.map(({ event, job }) => ({ event, row: job ?? rows.get(event.job_id ?? 0) })),
    dependencies: dependencies.filter(({ jobId }) => isNew.has(jobId)),
    submitted,
    nodes: [...new Set(batch.flatMap(({ event }) => (event.type.startsWith('node.') && event.node !== null ? [event.node] : [])))],
    policy: batch.some(({ event }) => event.type === 'policy.changed'),
  };
}

/** Whoever queues a job may say that it waits for none. */
function mayDepend(event: Event): boolean {
  return event.type === 'job.submitted' && event.data['depends'] !== false;
}

/** The members that a `job.starting` event tells, when they are those of the attempt that the row has. */
export function readMembers({ event, row }: JobChange): readonly NewMember[] | undefined {
  return event.type === 'job.starting' && event.data['attempt'] === row?.attempt ? parseMembers(event.data) : undefined;
}

/** The node whose part of a job an event reports as ended while other parts go on. */
export function readReleasedNode({ event, row }: JobChange): string | undefined {
  const { released, attempt } = event.data;
  return event.type === 'job.updated' && typeof released === 'string' && attempt === row?.attempt ? released : undefined;
}
