import { waitFor } from '../../bench/measure/waiting.ts';
import type { Workload } from '../load/workload.ts';
import type { Fleet } from '../world/fleet.ts';
import { listTagged, type Workplace } from '../world/workplace.ts';
import type { CapacityWatch } from './capacity-watch.ts';
import { findViolations } from './checker.ts';
import { readLives } from './marks.ts';
import { readEvents, readJobs } from './reading.ts';
import { replayHoldings } from './replay.ts';

/** Without one more job that has ended for so long, those that are left never will. */
const STUCK_MS = 90_000;
/** A page of a thousand events takes its time on a busy machine. */
const READ_MS = 120_000;

/** What a run came to. */
export interface Findings {
  readonly jobs_by_state: Readonly<Record<string, number>>;
  readonly requeued_attempts: number;
  readonly events: number;
  readonly violations: readonly string[];
}

/** Waits until every job has ended; a job that never does is found by the check. */
export async function waitForEnds(fleet: Fleet, tell: (line: string) => void): Promise<void> {
  let left = Number.POSITIVE_INFINITY;
  while (left > 0) {
    const fewer = async () => ((live) => (live < left ? live : undefined))(await countLive(fleet));
    try {
      const options = { what: `another of ${left} jobs to end`, limitMs: STUCK_MS, everyMs: 1_000 };
      left = await waitFor(() => fewer().catch(() => undefined), options);
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
      return;
    }
  }
}

/** Reads what the hosts and the jobs themselves wrote down, and checks it. */
export async function examine(fleet: Fleet, run: { workload: Workload; watch: CapacityWatch; place: Workplace }): Promise<Findings> {
  const { workload, watch, place } = run;
  const client = fleet.client(READ_MS);
  const [jobs, events, { nodes }] = [await readJobs(client), await readEvents(client), await client.nodeList()];
  const held = nodes.filter((node) => node.cpus_allocated + node.memory_bytes_allocated > 0 || node.gpus.some((gpu) => gpu.allocated));
  return {
    jobs_by_state: countBy(jobs.map(({ state }) => state)),
    requeued_attempts: events.filter(({ type }) => type === 'job.requeued').length,
    events: events.length,
    violations: [
      ...findViolations({ acknowledged: workload.acknowledged, jobs, lives: readLives(place.marks), events }),
      ...replayHoldings(events, nodes),
      ...(workload.failures['internal'] === undefined
        ? []
        : [`${workload.failures['internal']} submits were answered by an internal error`]),
      ...watch.violations,
      ...held.map((node) => `${node.name} has ${node.cpus_allocated} CPUs allocated when nothing runs`),
      ...listTagged(place.tag).map((pid) => `process ${pid} of a job is left`),
    ],
  };
}

async function countLive(fleet: Fleet): Promise<number> {
  const states = ['pending', 'starting', 'running', 'paused'] as const;
  const pages = await Promise.all(states.map((state) => fleet.client().jobList({ query: { state, limit: 1 } })));
  return pages.reduce((sum, page) => sum + page.total, 0);
}

function countBy(items: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[item] = (counts[item] ?? 0) + 1;
  return counts;
}
