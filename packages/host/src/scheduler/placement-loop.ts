import { Loop, type Logger } from '@weir/runtime';
import type { Leadership } from '../cluster/leadership.ts';
import type { Store } from '../store/store.ts';
import { commitPlan } from './commit-plan.ts';
import { cancelHopeless } from './hopeless-jobs.ts';
import { refreshLoads, repairDrift } from './mirror/drift-check.ts';
import type { Mirror } from './mirror/mirror.ts';

const PERIOD_MS = 5_000;
/** The copy is compared with the store this often, ms. */
const CHECK_MS = 60_000;

export interface PlacementParts {
  readonly store: Store;
  readonly mirror: Mirror;
  readonly leadership: Leadership;
  /** Called after each pass with how long the plan took and how many starts it has. */
  readonly onPass: (pass: { readonly ms: number; readonly starts: number }) => void;
  readonly log: Logger;
}

/** Starts what can start: takes what was committed, plans, commits guarded by what it read. Plans only on the host that leads. */
export function makePlacementLoop(parts: PlacementParts): Loop {
  const { mirror, leadership, log } = parts;
  let checkedAt = performance.now();
  const loop = new Loop({
    name: 'placement',
    periodMs: PERIOD_MS,
    log,
    dueInMs: () => ((next) => (next === undefined ? undefined : next - Date.now()))(mirror.copy.waiting.nextBegin),
    run: async () => {
      await mirror.refresh(Date.now());
      if (performance.now() - checkedAt > CHECK_MS) {
        checkedAt = performance.now();
        await refreshLoads(mirror, parts.store.read);
        await repairDrift(mirror, parts.store.read, log);
      }
      // Last: who became the leader meanwhile plans with what was read since.
      await mirror.settled();
      if (leadership.isLeader) await placeJobs(parts);
    },
  });
  mirror.onRoom(() => loop.wake());
  leadership.onChange((isLeader) => {
    // What the leader before did is read, not followed: a copy that lags would plan with room that is gone.
    if (isLeader)
      mirror.reload().then(
        () => loop.wake(),
        (error: unknown) => log.error({ err: error }, 'the new leader cannot read the queue'),
      );
  });
  return loop;
}

async function placeJobs(parts: PlacementParts): Promise<void> {
  const { mirror } = parts;
  await cancelHopeless(parts, mirror.copy.waiting.dependencies.hopeless);
  const from = performance.now();
  const plan = mirror.copy.fleet.plan(Date.now());
  parts.onPass({ ms: performance.now() - from, starts: plan.starts.length });
  if (plan.starts.length > 0 || plan.preemptions.length > 0) await commitPlan(parts, plan);
}
