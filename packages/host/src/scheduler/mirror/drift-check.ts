import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '@weir/runtime';
import { listHeldAllocations, type Allocation } from '../../allocations/allocation-store.ts';
import { loadReservations } from '../../reservations/reservation-store.ts';
import type { Queries } from '../../store/store.ts';
import type { ReservationWindow } from '../core/model.ts';
import type { FleetCopy } from './fleet-copy.ts';
import type { Mirror } from './mirror.ts';
import { listKnownNodes, listLoads, listPendingIds, type KnownNode } from './mirror-store.ts';

/** A node's load is what its last minutes say, ms. */
const LOAD_AGE_MS = 3 * 60_000;
/** Changes of load that no decision would notice. */
const LOAD_SLACK = 0.05;
const SHOWN = 20;
const DIFFERED = "the scheduler's copy differed from the store: read again";

/**
 * Compares the scheduler's copy with the store and repairs what differs; tells how many jobs, nodes and reservations that were.
 * Without a lost event nothing ever differs. What is committed during the comparison is left to the next one.
 */
export async function repairDrift(mirror: Mirror, db: Queries, log: Logger): Promise<number> {
  return (await repairFleet(mirror, db, log)) + (await repairJobs(mirror, db, log));
}

/** What is booked on a node that was wrong cannot be trusted either: everything is read again. */
async function repairFleet(mirror: Mirror, db: Queries, log: Logger): Promise<number> {
  await mirror.upToDate();
  const [storedNodes, storedReservations] = [await listKnownNodes(db), await loadReservations(db)];
  if (!mirror.isCurrent) return 0;
  const nodes = findChangedNodes(mirror.copy, storedNodes);
  const reservations = findChangedReservations(mirror.copy, storedReservations);
  const count = nodes.length + reservations.length;
  if (count === 0) return 0;
  log.warn({ nodes: nodes.slice(0, SHOWN), reservations: reservations.slice(0, SHOWN), count }, DIFFERED);
  await mirror.reload();
  return count;
}

async function repairJobs(mirror: Mirror, db: Queries, log: Logger): Promise<number> {
  await mirror.upToDate();
  const [pending, held] = [new Set(await listPendingIds(db)), await listHeldAllocations(db)];
  if (!mirror.isCurrent) return 0;
  const jobs = findDriftedJobs(mirror.copy, pending, held);
  if (jobs.length === 0) return 0;
  log.warn({ jobs: jobs.slice(0, SHOWN), count: jobs.length }, DIFFERED);
  await mirror.recheck(jobs);
  return jobs.length;
}

function findDriftedJobs(copy: FleetCopy, pending: ReadonlySet<number>, held: readonly Allocation[]): number[] {
  const stored = new Map(held.map((allocation) => [`${allocation.jobId}.${allocation.attempt}@${allocation.node}`, allocation.jobId]));
  const copied = new Set(copy.held.keys());
  const drifted = new Set([
    ...[...pending].filter((id) => !copy.waiting.ids.has(id)),
    ...[...copy.waiting.ids].filter((id) => !pending.has(id)),
    ...[...stored].flatMap(([key, jobId]) => (copied.has(key) || copy.node(key.slice(key.indexOf('@') + 1)) === undefined ? [] : [jobId])),
    ...[...copied].flatMap((key) => (stored.has(key) ? [] : [Number.parseInt(key, 10)])),
  ]);
  return [...drifted];
}

/** Names of nodes that are not alike, or not on both sides; the load is measured, not followed. */
function findChangedNodes(copy: FleetCopy, stored: readonly KnownNode[]): string[] {
  const describe = ({ node, address }: KnownNode) => [node.name, { ...node, load: 0, address }] as const;
  return findUnlike(new Map([...copy.nodes].map(describe)), new Map(stored.map(describe)));
}

/** Names of reservations that are not alike, or not on both sides; those that are over count no more. */
function findChangedReservations(copy: FleetCopy, stored: readonly ReservationWindow[]): string[] {
  const now = Date.now();
  const open = (windows: readonly ReservationWindow[]) =>
    new Map(windows.filter(({ endsAt }) => endsAt > now).map((window) => [window.name, window]));
  return findUnlike(open(copy.reservations), open(stored));
}

function findUnlike<T>(copied: ReadonlyMap<string, T>, stored: ReadonlyMap<string, T>): string[] {
  const names = new Set([...copied.keys(), ...stored.keys()]);
  return [...names].filter((name) => !isDeepStrictEqual(copied.get(name), stored.get(name)));
}

/** Tells the copy how loaded the nodes are. */
export async function refreshLoads(mirror: Mirror, db: Queries): Promise<void> {
  const loads = await listLoads(db, Date.now() - LOAD_AGE_MS);
  for (const [name, load] of loads) {
    const node = mirror.copy.node(name);
    if (node !== undefined && Math.abs(node.load - load) > LOAD_SLACK) mirror.copy.setLoad(name, load);
  }
}
