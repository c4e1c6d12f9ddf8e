import type { QueueView } from '../jobs/queue-view.ts';
import type { JobRow } from '../store/schema.ts';
import { toIso } from '../store/time.ts';
import type { Explanation, FleetNode } from './core/model.ts';
import type { Mirror } from './mirror/mirror.ts';

/** What the scheduler's copy tells of jobs. */
export class QueueReader implements QueueView {
  readonly #mirror: Mirror;

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  node(name: string): FleetNode | undefined {
    return this.#mirror.copy.node(name);
  }

  refuse(job: JobRow): string | null {
    const { fleet, waiting } = this.#mirror.copy;
    return fleet.refuse(waiting.shapes.toQueuedJob(job));
  }

  waitReason(job: JobRow): string {
    const { fleet, waiting } = this.#mirror.copy;
    const hopeless = waiting.dependencies.hopeless.get(job.id);
    if (hopeless !== undefined) return hopeless;
    const unmet = waiting.dependencies.unmet(job.id);
    if (unmet.length > 0) return `waiting for the end of job ${listSome(unmet)}`;
    const beginAt = waiting.beginOf(job.id);
    if (beginAt !== undefined) return `waiting for its time to begin, ${toIso(beginAt)}`;
    const limit = waiting.arrays.limitOf(job.array_id ?? job.id);
    if (limit !== undefined) return `${limit.active} of its tasks run, and no more than ${limit.parallel} may at once`;
    return fleet.describeWait(waiting.shapes.toQueuedJob(job), Date.now()).reason;
  }

  explain(job: JobRow): Explanation {
    const { fleet, waiting } = this.#mirror.copy;
    const tasks = waiting.arrays.limitOf(job.array_id ?? job.id) === undefined ? 1 : 0;
    return fleet.explain(waiting.shapes.toQueuedJob(job, tasks), Date.now());
  }

  upToDate(): Promise<void> {
    return this.#mirror.upToDate();
  }
}

const SHOWN = 5;

function listSome(ids: readonly number[]): string {
  const shown = ids.slice(0, SHOWN).join(', ');
  return ids.length > SHOWN ? `${shown} and ${ids.length - SHOWN} more` : shown;
}
