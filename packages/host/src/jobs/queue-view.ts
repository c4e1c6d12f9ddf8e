import type { Explanation, FleetNode } from '../scheduler/core/model.ts';
import type { JobRow } from '../store/schema.ts';

/**
 * What the scheduler's copy of the fleet and its queue tells of jobs; kept on every host, up to date with what that host has committed.
 * A job that is only thought of has the id 0.
 */
export interface QueueView {
  /** A known node, ready or not. */
  node(name: string): FleetNode | undefined;
  /** Why no known node, were it empty and ready, could ever hold the job; null when one could, or while no node is known. */
  refuse(job: JobRow): string | null;
  /** What keeps a pending job waiting, for people: `explain` in short, cheap enough for each row of a page. */
  waitReason(job: JobRow): string;
  /** As `Fleet.explain` now, dependencies and earliest begin left aside. */
  explain(job: JobRow): Explanation;
  /** Resolves when it knows everything that is committed now, by other hosts too. */
  upToDate(): Promise<void>;
}
