import type { FleetState } from '../fleet-state.ts';
import type { Explanation, QueuedJob } from '../model.ts';
import type { Owner } from '../queue/waiting.ts';
import { weighAge, weighSize, weighUser } from '../rules/priority.ts';

/** The points of a job's priority by their parts; one that is not eligible yet has no age. */
export function weighParts(
  { policy, table }: FleetState,
  { job, owner, now }: { readonly job: QueuedJob; readonly owner: Owner; readonly now: number },
): Explanation['priority'] {
  const parts = {
    age: Math.max(0, weighAge(job.eligibleAt, now, policy)),
    fairShare: owner.points,
    size: weighSize(job, policy, table.cpus),
    user: weighUser(job.priority, policy),
  };
  // Summed as the queue does: figures that are told apart must be told apart alike.
  return { total: parts.fairShare + (parts.size + parts.user) + parts.age, ...parts };
}
