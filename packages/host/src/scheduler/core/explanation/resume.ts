import type { FleetState } from '../fleet-state.ts';
import type { Change, FleetNode, QueuedJob } from '../model.ts';
import { spaceHolds } from '../nodes/fit.ts';
import type { NodeRoom } from '../nodes/node-room.ts';
import type { Visitor } from '../pass/bookings.ts';
import { findLimit } from '../pass/limit-check.ts';
import { Pass } from '../pass/pass.ts';
import { comesBefore, type Turn } from '../queue/queue-walk.ts';

/** Each costs a pass. */
const MOST_TRIED = 3;

interface Wish {
  readonly job: QueuedJob;
  readonly visitor: Visitor;
  readonly turn: Turn;
  readonly now: number;
}

/** The drained node that alone, were it resumed, would start the job now, after the jobs ahead of it; leaves the state as it was. */
export function findResume(state: FleetState, wish: Wish): Change[] {
  const { shape } = wish.visitor;
  const room = state.prospects
    .listAway(shape, MOST_TRIED, ({ node, space }) => isOnlyDrained(node) && spaceHolds(space, shape))
    .find((drained) => wouldStart(state, wish, drained));
  return room === undefined ? [] : [{ field: 'drained', from: 'true', to: 'false', node: room.node.name }];
}

function wouldStart(state: FleetState, { job, visitor, turn, now }: Wish, { node }: NodeRoom): boolean {
  state.setNode({ ...node, away: [] });
  const pass = new Pass(state, now, job.id);
  try {
    pass.run((other) => !comesBefore(other, turn));
    return findLimit(visitor) === undefined && pass.findNodes(visitor) !== undefined;
  } finally {
    pass.undo();
    state.setNode(node);
  }
}

function isOnlyDrained({ away }: FleetNode): boolean {
  return away.length === 1 && away[0] === 'drained';
}
