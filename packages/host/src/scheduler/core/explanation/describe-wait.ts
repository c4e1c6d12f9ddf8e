import type { FleetState } from '../fleet-state.ts';
import type { QueuedJob, Wait } from '../model.ts';
import { CLASS_RANKS } from '../rules/priority.ts';
import { weighParts } from './points.ts';
import { isBehindOthers } from './queue-place.ts';
import { findLack, findStandstill } from './standstill.ts';

/** What keeps the job waiting, as it is before the next pass. */
export function describeWait(state: FleetState, job: QueuedJob, now: number): Wait {
  const { queue, policy, prospects } = state;
  const visitor = queue.find(job.id)?.bucket ?? { shape: queue.shapes.find(job), owner: queue.owner(job.user, job.account) };
  const wait = findStandstill(state, visitor, job.tasks) ?? findLack(state, visitor, now);
  if (wait !== undefined) return wait;
  queue.order.settle(now);
  const turn = { rank: CLASS_RANKS[job.class], points: weighParts(state, { job, owner: visitor.owner, now }).total, job };
  const isHopeless = (shape: typeof visitor.shape) => prospects.refusalOf(shape) !== null;
  return isBehindOthers(queue, turn, { policy, now, isHopeless })
    ? { kind: 'priority', reason: 'jobs ahead of it in the queue come first' }
    : { kind: 'starting_now', reason: 'it can start now' };
}
