import type { FleetState } from '../fleet-state.ts';
import type { Change, Explanation, QueuedJob, WaitKind } from '../model.ts';
import type { NodeRoom } from '../nodes/node-room.ts';
import { roomHolds } from '../nodes/node-table.ts';
import type { Booked, Visitor } from '../pass/bookings.ts';
import { Pass } from '../pass/pass.ts';
import { comesBefore, type Turn } from '../queue/queue-walk.ts';
import { CLASS_RANKS, weighAge, weighSize, weighUser } from '../rules/priority.ts';
import { findObstacle } from '../rules/windows.ts';
import { listChanges } from './changes.ts';
import { findPlace } from './queue-place.ts';
import { findRefusal } from './refusal.ts';
import { countOf, describeLimit, describeNeeds } from './sentences.ts';

/** Kinds that no change of the request does away with. */
const HOPELESS: ReadonlySet<WaitKind> = new Set(['starting_now', 'array_limit', 'no_nodes']);

/** What was found when it was the job's turn in a pass. */
interface Finding {
  readonly kind: WaitKind;
  readonly reason: string;
  readonly rooms?: readonly NodeRoom[];
  readonly booked?: Booked | undefined;
}

interface Case {
  readonly state: FleetState;
  readonly job: QueuedJob;
  readonly visitor: Visitor;
  readonly now: number;
}

/** Why the job does not start now, and what would help; leaves the state as it was. */
export function explainJob(state: FleetState, job: QueuedJob, now: number): Explanation {
  const visitor = { shape: state.queue.shapes.make(job), owner: state.queue.owner(job.user, job.account) };
  const given: Case = { state, job, visitor, now };
  const couldStart = countRooms(state, visitor) >= job.placing.nodes;
  const pass = new Pass(state, now, job.id);
  const priority = weighParts(given);
  const turn: Turn = { rank: CLASS_RANKS[job.class], points: priority.total, job };
  try {
    pass.run((other) => !comesBefore(other, turn));
    const place = findPlace(state.queue, turn, { policy: state.policy, now });
    const { kind, reason, rooms, booked } = judge(given, { pass, couldStart, jobsAhead: place.jobsAhead });
    const nodes = (rooms ?? booked?.rooms ?? []).map(({ node }) => node.name);
    const estimatedStart = kind === 'starting_now' ? now : (booked?.startsAt ?? null);
    return { kind, reason, ...place, priority, estimatedStart, nodes, changes: HOPELESS.has(kind) ? [] : tryChanges(given, pass) };
  } finally {
    pass.undo();
  }
}

function weighParts({ state, job, visitor, now }: Case): Explanation['priority'] {
  const { policy, table } = state;
  const parts = {
    age: weighAge(job.eligibleAt, now, policy),
    fairShare: visitor.owner.points,
    size: weighSize(job, policy, table.cpus),
    user: weighUser(job.priority, policy),
  };
  // Summed as the queue does: figures that are told apart must be told apart alike.
  return { total: parts.fairShare + (parts.size + parts.user) + parts.age, ...parts };
}

function judge(given: Case, { pass, couldStart, jobsAhead }: { pass: Pass; couldStart: boolean; jobsAhead: number }): Finding {
  const { state, job, visitor } = given;
  if (!state.table.rooms.some(({ node }) => node.ready)) return { kind: 'no_nodes', reason: 'no node is ready' };
  const refusal = findRefusal(state.table, visitor.shape);
  if (refusal !== null) return { kind: 'never_fits', reason: refusal };
  if (job.tasks <= 0) return { kind: 'array_limit', reason: 'as many tasks of its array run as may run at once' };
  const limit = pass.findLimit(visitor);
  if (limit !== undefined) return { kind: 'limit', reason: describeLimit(limit) };
  const rooms = pass.findNodes(visitor);
  if (rooms !== undefined) return { kind: 'starting_now', reason: `it starts now on ${nameNodes(rooms)}`, rooms };
  const booked = pass.booked.find(visitor);
  const obstacle = nameObstacle(given);
  if (obstacle !== undefined) return { kind: 'reservation', reason: `it would run into the reservation ${obstacle}`, booked };
  if (couldStart) return { kind: 'priority', reason: `${countOf(jobsAhead, 'job')} ahead of it: what is free is for them`, booked };
  const { shape } = visitor;
  const where = shape.placing.nodes > 1 ? `fewer than ${shape.placing.nodes} nodes` : 'no node';
  return {
    kind: 'resources',
    reason: `${where} that it may use ${shape.placing.nodes > 1 ? 'have' : 'has'} ${describeNeeds(shape)} free`,
    booked,
  };
}

/** The reservation without which it would have enough nodes. */
function nameObstacle({ state, visitor, now }: Case): string | undefined {
  const { shape, owner } = visitor;
  if (state.windows.length === 0) return undefined;
  const stay = { user: owner.user, account: owner.account, from: now, until: now + shape.durationMs };
  const holding = state.table.rooms.filter((room) => roomHolds(room, shape));
  const open = holding.filter((room) => findObstacle(room.windows, stay) === undefined);
  if (holding.length < shape.placing.nodes || open.length >= shape.placing.nodes) return undefined;
  for (const room of holding) {
    const obstacle = findObstacle(room.windows, stay);
    if (obstacle !== undefined) return obstacle.name;
  }
  return undefined;
}

function tryChanges({ state, visitor, now }: Case, pass: Pass): Change[] {
  const { shape, owner } = visitor;
  const probe = (wish: Parameters<typeof state.queue.shapes.make>[0]) => {
    const other = { shape: state.queue.shapes.make(wish), owner };
    return pass.findLimit(other) === undefined ? pass.findNodes(other)?.[0]?.node.name : undefined;
  };
  const starts = [...pass.bookings.map(({ startsAt }) => startsAt), ...state.windows.map(({ startsAt }) => startsAt)];
  const nodes = state.table.rooms.map(({ node }) => node);
  return listChanges({ shape, probe, nodes, spans: starts.map((start) => start - now) });
}

function countRooms(state: FleetState, { shape }: Visitor): number {
  return state.table.rooms.filter((room) => roomHolds(room, shape)).length;
}

function nameNodes(rooms: readonly NodeRoom[]): string {
  const names = rooms.slice(0, 3).map(({ node }) => node.name);
  return rooms.length > names.length ? `${names.join(', ')} and ${rooms.length - names.length} more` : names.join(', ');
}
