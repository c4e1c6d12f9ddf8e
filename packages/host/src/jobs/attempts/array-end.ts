import type { JobState } from '@weir/contract';
import type { WriteContext } from '../../store/group-commit.ts';
import { parseStored } from '../../store/parse-json.ts';
import type { JobRow } from '../../store/schema.ts';
import { countTasks, hasOpenTask } from '../arrays/array-store.ts';
import { transitionJob } from '../attempt-store.ts';
import type { ArrayRecord } from '../job-request.ts';
import { findJob } from '../job-store.ts';
import { subjectOf } from '../subject-of.ts';

/** Ends an array as a whole when its last task has ended: completed when all are, cancelled when it was cancelled, else failed. */
export async function closeArray(context: WriteContext, arrayId: number): Promise<void> {
  const { db } = context;
  const array = await findJob(db, arrayId);
  if (array?.state !== 'running' || array.array === null) return;
  const record = parseStored<ArrayRecord>(array.array);
  if (record.waiting !== '' || (await hasOpenTask(db, arrayId))) return;
  const state = chooseState(array, record, (await countTasks(db, [arrayId])).get(arrayId) ?? new Map());
  const ended = await transitionJob(db, { id: arrayId, from: ['running'] }, { state, ended_at: Date.now() });
  if (ended === undefined) return;
  await context.emit(
    { type: 'job.ended', ...subjectOf(ended), data: { state, attempt: ended.attempt, outcome: null, reason: null } },
    ended,
  );
}

function chooseState(array: JobRow, record: ArrayRecord, tasks: ReadonlyMap<JobState, number>): 'completed' | 'cancelled' | 'failed' {
  if (array.stop_by === 'user') return 'cancelled';
  return (tasks.get('completed') ?? 0) >= record.tasks ? 'completed' : 'failed';
}
