import type { FleetState } from '../fleet-state.ts';
import type { Change, Explanation, QueuedJob, Wait, WaitKind } from '../model.ts';
import type { NodeRoom } from '../nodes/node-room.ts';
import { roomHolds } from '../nodes/node-table.ts';
import type { Booked, Visitor } from '../pass/bookings.ts';
import { findLimit } from '../pass/limit-check.ts';
import { Pass } from '../pass/pass.ts';
import { comesBefore, type Turn } from '../queue/queue-walk.ts';
import { CLASS_RANKS } from '../rules/priority.ts';
import { listChanges } from './changes.ts';
import { weighParts } from './points.ts';
import { findPlace } from './queue-place.ts';
import { findResume } from './resume.ts';
import { countOf } from './sentences.ts';
import { findLack, findStandstill } from './standstill.ts';

/** Kinds that no change of the request does away with. */
const HOPELESS: ReadonlySet<WaitKind> = new Set(['starting_now', 'array_limit']);
/** Kinds that one more node may do away with. */
const CROWDED: ReadonlySet<WaitKind> = new Set(['no_nodes', 'resources', 'reservation', 'priority']);

/** What was found when it was the job's turn in a pass. */
interface Finding extends Wait {
  readonly rooms?: readonly NodeRoom[];
  readonly booked?: Booked | undefined;
}

interface Case {
  readonly state: FleetState;
  readonly job: QueuedJob;
  readonly visitor: Visitor;
  readonly turn: Turn;
  readonly now: number;
}

/** Why the job does not start now, and what would help; leaves the state as it was. */
export function explainJob(state: FleetState, job: QueuedJob, now: number): Explanation {
  const visitor = { shape: state.queue.shapes.make(job), owner: state.queue.owner(job.user, job.account) };
  const priority = weighParts(state, { job, owner: visitor.owner, now });
  const given: Case = { state, job, visitor, turn: { rank: CLASS_RANKS[job.class], points: priority.total, job }, now };
  const explained = explainTurn(given);
  const resumed = CROWDED.has(explained.kind) ? findResume(state, given) : [];
  return { ...explained, priority, changes: [...resumed, ...explained.changes] };
}

/** Lets those ahead have their turns first. */
function explainTurn(given: Case): Omit<Explanation, 'priority'> {
  const { state, job, visitor, turn, now } = given;
  const couldStart = countRooms(state, visitor) >= job.placing.nodes;
  const pass = new Pass(state, now, job.id);
  try {
    pass.run((other) => !comesBefore(other, turn));
    const isHopeless = (shape: Visitor['shape']) => state.prospects.refusalOf(shape) !== null;
    const place = findPlace(state.queue, turn, { policy: state.policy, now, isHopeless });
    const { kind, reason, rooms, booked } = judge(given, { pass, couldStart, jobsAhead: place.jobsAhead });
    const nodes = (rooms ?? booked?.rooms ?? []).map(({ node }) => node.name);
    const estimatedStart = kind === 'starting_now' ? now : (booked?.startsAt ?? null);
    return { kind, reason, ...place, estimatedStart, nodes, changes: HOPELESS.has(kind) ? [] : tryChanges(given, pass) };
  } finally {
    pass.undo();
  }
}

function judge(given: Case, { pass, couldStart, jobsAhead }: { pass: Pass; couldStart: boolean; jobsAhead: number }): Finding {
  const { state, job, visitor, now } = given;
  const standstill = findStandstill(state, visitor, job.tasks);
  if (standstill !== undefined) return standstill;
  const rooms = pass.findNodes(visitor);
  if (rooms !== undefined) return { kind: 'starting_now', reason: `it starts now on ${nameNodes(rooms)}`, rooms };
  const booked = pass.booked.find(visitor);
  const lack = findLack(state, visitor, now);
  if (lack !== undefined && (lack.kind === 'reservation' || !couldStart)) return { ...lack, booked };
  return { kind: 'priority', reason: `${countOf(jobsAhead, 'job')} ahead of it: what is free is for them`, booked };
}

function tryChanges({ state, visitor, now }: Case, pass: Pass): Change[] {
  const { shape, owner } = visitor;
  const probe = (wish: Parameters<typeof state.queue.shapes.make>[0]) => {
    const other = { shape: state.queue.shapes.make(wish), owner };
    return findLimit(other) === undefined ? pass.findNodes(other)?.[0]?.node.name : undefined;
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
