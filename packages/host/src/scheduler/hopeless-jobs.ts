import { writeAsLeader, type LeaderWriteParts } from '../cluster/leader-write.ts';
import { transitionJob } from '../jobs/attempt-store.ts';
import { subjectOf } from '../jobs/subject-of.ts';
import type { WriteContext } from '../store/group-commit.ts';

/** Ends the jobs whose dependencies can never be met, each with the reason. */
export async function cancelHopeless(parts: LeaderWriteParts, hopeless: ReadonlyMap<number, string>): Promise<void> {
  if (hopeless.size === 0) return;
  const jobs = [...hopeless];
  await writeAsLeader(parts, async (context) => {
    for (const [id, reason] of jobs) await cancelWaiting(context, id, reason);
  });
}

/** Ends a job that waits for what will never be, with the reason; false when it does not wait any more. */
export async function cancelWaiting(context: WriteContext, id: number, reason: string): Promise<boolean> {
  const changes = { state: 'cancelled' as const, ended_at: Date.now(), error_message: reason };
  const job = await transitionJob(context.db, { id, from: ['pending'] }, changes);
  if (job === undefined) return false;
  const data = { state: job.state, attempt: job.attempt, outcome: null, reason };
  await context.emit({ type: 'job.ended', ...subjectOf(job), data }, job);
  return true;
}
