import type { Dependency, Job } from '@weir/contract';
import { listCurrentMembers } from '../allocations/allocation-store.ts';
import { parseStored } from '../store/parse-json.ts';
import type { JobRow } from '../store/schema.ts';
import { toIso } from '../store/time.ts';
import type { Queries } from '../store/store.ts';
import { describeTie } from '../workflows/files-node.ts';
import { countTasks } from './arrays/array-store.ts';
import { viewArray } from './arrays/array-view.ts';
import { listDependencies } from './dependency-store.ts';
import type { ArrayRecord } from './job-request.ts';
import { toJob } from './job-view.ts';
import type { QueueView } from './queue-view.ts';

/** Jobs as the API shows them, in the order given; the number of queries does not grow with them. */
export async function viewJobs(db: Queries, queue: QueueView, rows: readonly JobRow[]): Promise<Job[]> {
  const ids = rows.map(({ id }) => id);
  const [members, depends, tasks] = await Promise.all([
    listCurrentMembers(
      db,
      rows.flatMap(({ id, attempt }) => (attempt > 0 ? [id] : [])),
    ),
    listDependencies(db, ids),
    countTasks(
      db,
      rows.flatMap(({ id, array }) => (array === null ? [] : [id])),
    ),
  ]);
  return rows.map((row) =>
    toJob(row, {
      waitReason: describeWait(queue, row),
      members: members.get(row.id) ?? [],
      depends: depends.get(row.id) ?? [],
      array: row.array === null ? null : viewArray(parseStored<ArrayRecord>(row.array), tasks.get(row.id) ?? new Map()),
    }),
  );
}

/** A job that was stored just now: nothing has to be read. `waitsFor` are the jobs among `depends` that have not ended. */
export function viewNewJob(queue: QueueView, row: JobRow, told: { depends: readonly Dependency[]; waitsFor: readonly number[] }): Job {
  const array = row.array === null ? null : viewArray(parseStored<ArrayRecord>(row.array), new Map());
  const [first] = told.waitsFor;
  const waitReason = first === undefined ? describeWait(queue, row) : `waiting for the end of job ${first}`;
  return toJob(row, { waitReason, members: [], depends: [...told.depends], array });
}

/** A begin that has not come is in the row: the scheduler's copy may not have heard of it yet. */
function describeWait(queue: QueueView, row: JobRow): string {
  if (row.state !== 'pending') return '';
  if (row.begin_at !== null && row.begin_at > Date.now()) return `waiting for its time to begin, ${toIso(row.begin_at)}`;
  return `${queue.waitReason(row)}${describeTie(queue, row)}`;
}
