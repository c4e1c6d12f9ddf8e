import type { Logger } from '@weir/runtime';
import { listHeldAllocations } from '../../allocations/allocation-store.ts';
import type { Queries } from '../../store/store.ts';
import type { Mirror } from './mirror.ts';
import { listLoads, listPendingIds } from './mirror-store.ts';

/** A node's load is what its last minutes say, ms. */
const LOAD_AGE_MS = 3 * 60_000;
/** Changes of load that no decision would notice. */
const LOAD_SLACK = 0.05;
const SHOWN = 20;

/**
 * Compares the scheduler's copy with the store and repairs what differs; tells how many jobs that were.
 * Without a lost event nothing ever differs. What is committed during the comparison is left to the next one.
 */
export async function repairDrift(mirror: Mirror, db: Queries, log: Logger): Promise<number> {
  await mirror.settled();
  const [pending, held] = [new Set(await listPendingIds(db)), await listHeldAllocations(db)];
  if (!mirror.isCurrent) return 0;
  const stored = new Map(held.map((allocation) => [`${allocation.jobId}.${allocation.attempt}@${allocation.node}`, allocation.jobId]));
  const copied = new Set(mirror.copy.held.keys());
  const drifted = new Set([
    ...[...pending].filter((id) => !mirror.copy.waiting.ids.has(id)),
    ...[...mirror.copy.waiting.ids].filter((id) => !pending.has(id)),
    ...[...stored].flatMap(([key, jobId]) =>
      copied.has(key) || mirror.copy.node(key.slice(key.indexOf('@') + 1)) === undefined ? [] : [jobId],
    ),
    ...[...copied].flatMap((key) => (stored.has(key) ? [] : [Number.parseInt(key, 10)])),
  ]);
  if (drifted.size === 0) return 0;
  log.warn({ jobs: [...drifted].slice(0, SHOWN), count: drifted.size }, "the scheduler's copy differed from the store: read again");
  await mirror.recheck([...drifted]);
  return drifted.size;
}

/** Tells the copy how loaded the nodes are. */
export async function refreshLoads(mirror: Mirror, db: Queries): Promise<void> {
  const loads = await listLoads(db, Date.now() - LOAD_AGE_MS);
  for (const [name, load] of loads) {
    const node = mirror.copy.node(name);
    if (node !== undefined && Math.abs(node.load - load) > LOAD_SLACK) mirror.copy.setLoad(name, load);
  }
}
