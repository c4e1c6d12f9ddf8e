import { jobHasEnded, type Dependency, type JobState, type JobWhy } from '@weir/contract';
import type { Explanation } from '../scheduler/core/model.ts';
import type { JobRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { toIso, toIsoOrNull } from '../store/time.ts';
import { describeTie } from '../workflows/files-node.ts';
import { findCauses } from './dependency-store.ts';
import type { QueueView } from './queue-view.ts';

const NO_PRIORITY = { total: 0, age: 0, fair_share: 0, size: 0, user: 0 };

/** Why a job that has been started, or has ended, does not start: `reason` is how it stands. */
export function explainStarted(row: JobRow, reason: string | null): JobWhy {
  const text = reason === null ? `job ${row.id} is ${row.state}` : `job ${row.id} is ${row.state}: ${reason}`;
  return { ...standStill(row.id, 'not_pending', text), priority: NO_PRIORITY };
}

/** Why a waiting job (id 0: one that is only thought of) does not start now: what it was told to wait for first, then what the fleet lacks. */
export async function explainWait(
  db: Queries,
  queue: QueueView,
  job: { readonly row: JobRow; readonly depends: readonly Dependency[] },
): Promise<JobWhy> {
  const { row } = job;
  const id = row.id === 0 ? null : row.id;
  const explained = queue.explain(row);
  const priority = toPriority(explained);
  const unmet = await describeUnmet(db, job.depends);
  if (unmet !== undefined) return { ...standStill(id, 'dependency', unmet), priority };
  if (row.begin_at !== null && row.begin_at > Date.now()) {
    const begin = toIso(row.begin_at);
    return { ...standStill(id, 'begin_time', `it was told not to begin before ${begin}`), priority, estimated_start: begin };
  }
  return {
    job_id: id,
    kind: explained.kind,
    reason: `${explained.reason}${describeTie(queue, row)}`,
    jobs_ahead: explained.jobsAhead,
    ahead: [...explained.ahead],
    priority,
    estimated_start: toIsoOrNull(explained.estimatedStart),
    nodes: [...explained.nodes],
    changes: listChanges(explained, row),
  };
}

/** A stage of a workflow runs only where its files are. */
function listChanges({ changes }: Explanation, row: JobRow): JobWhy['changes'] {
  const possible = row.workflow_id === null ? changes : changes.filter(({ field }) => field !== 'target');
  return possible.map(({ field, from, to, node }) => ({ field, from, to, node }));
}

/** What of this has not happened yet, for people; undefined when all has. */
async function describeUnmet(db: Queries, depends: readonly Dependency[]): Promise<string | undefined> {
  const causes = await findCauses(
    db,
    depends.map(({ job_id: id }) => id),
  );
  const unmet = depends.filter(({ kind, job_id: id }) => !dependencyIsMet(kind, causes.get(id)?.state));
  const [first] = unmet;
  if (first === undefined) return undefined;
  const more = unmet.length === 1 ? '' : ` and ${unmet.length - 1} more`;
  return `waits for ${first.kind}:${first.job_id} (job ${first.job_id} is ${causes.get(first.job_id)?.state ?? 'gone'})${more}`;
}

function dependencyIsMet(kind: Dependency['kind'], state: JobState | undefined): boolean {
  if (state === undefined || !jobHasEnded({ state })) return false;
  if (kind === 'afterany') return true;
  return (state === 'completed') === (kind === 'afterok');
}

function standStill(id: number | null, kind: JobWhy['kind'], reason: string): Omit<JobWhy, 'priority'> {
  return { job_id: id, kind, reason, jobs_ahead: 0, ahead: [], estimated_start: null, nodes: [], changes: [] };
}

function toPriority({ priority }: Explanation): JobWhy['priority'] {
  return { total: priority.total, age: priority.age, fair_share: priority.fairShare, size: priority.size, user: priority.user };
}
