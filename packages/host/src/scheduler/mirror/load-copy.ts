import { loadLimits, loadShares } from '../../accounts/limit-tables.ts';
import { listHeldAllocations } from '../../allocations/allocation-store.ts';
import { loadReservations } from '../../reservations/reservation-store.ts';
import type { Queries } from '../../store/store.ts';
import type { Policy } from '../core/model.ts';
import { FleetCopy } from './fleet-copy.ts';
import type { JobShapes } from './job-shapes.ts';
import { listActiveJobs, listDependencies, listKnownNodes, listPendingPage } from './mirror-store.ts';

/** Pending jobs read at once: bounds the memory of a start with a long queue. */
const PAGE = 5_000;

/** Reads everything that the scheduler decides by. */
export async function loadCopy(db: Queries, policy: Policy, shapes: JobShapes): Promise<FleetCopy> {
  const copy = new FleetCopy(policy, shapes);
  for (const node of await listKnownNodes(db)) copy.setNode(node);
  await loadPolicy(db, copy, policy);
  await loadActive(db, copy);
  await loadPending(db, copy);
  return copy;
}

/** Reads what administrators decided, and what was used. */
export async function loadPolicy(db: Queries, copy: FleetCopy, policy: Policy): Promise<void> {
  copy.fleet.setLimits(await loadLimits(db));
  copy.setReservations(await loadReservations(db));
  copy.fleet.setShares(await loadShares(db, policy.usageHalfLifeMs));
}

async function loadActive(db: Queries, copy: FleetCopy): Promise<void> {
  const held = Map.groupBy(await listHeldAllocations(db), (allocation) => allocation.jobId);
  for (const row of await listActiveJobs(db)) {
    const own = held.get(row.id)?.filter(({ attempt }) => attempt === row.attempt) ?? [];
    copy.setJob(row, Date.now());
    copy.setHeld(row, own);
  }
}

async function loadPending(db: Queries, copy: FleetCopy): Promise<void> {
  for (let after = 0; ;) {
    const page = await listPendingPage(db, after, PAGE);
    const last = page.at(-1)?.id;
    if (last === undefined) return;
    const ids = page.map(({ id }) => id);
    copy.waiting.dependencies.set(ids, await listDependencies(db, after + 1, last));
    const now = Date.now();
    for (const row of page) copy.setJob(row, now);
    after = last;
  }
}
