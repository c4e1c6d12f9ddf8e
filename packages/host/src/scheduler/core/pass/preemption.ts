import type { Holding } from '../model.ts';
import { spaceHolds } from '../nodes/fit.ts';
import type { NodeRoom } from '../nodes/node-room.ts';
import { roomHolds, type NodeTable } from '../nodes/node-table.ts';
import { CLASS_RANKS } from '../rules/priority.ts';
import { findObstacle } from '../rules/windows.ts';
import type { Visitor } from './bookings.ts';

/** Nodes on which a job could start once these holdings are gone. */
export interface Clearance {
  readonly rooms: readonly NodeRoom[];
  readonly victims: readonly Holding[];
}

interface RoomClearance {
  readonly room: NodeRoom;
  readonly victims: readonly Holding[];
}

export interface ClearanceWish {
  readonly visitor: Visitor;
  readonly rank: number;
  readonly now: number;
  /** Whether the node can be used once its victims are gone: bookings of those before it. */
  readonly admits: (room: NodeRoom, victims: readonly Holding[]) => boolean;
}

/** Candidates whose bookings are looked at for each member. */
const TRIED = 16;

/** The cheapest holdings of lower classes that have to go; undefined when no set of them makes room. */
export function findClearance(table: NodeTable, wish: ClearanceWish): Clearance | undefined {
  const { visitor, rank } = wish;
  const count = visitor.shape.placing.nodes;
  const options: RoomClearance[] = [];
  for (const room of table.rooms) {
    if (!couldMakeRoom(room, wish)) continue;
    const victims = findVictims(room, visitor, rank);
    if (victims !== undefined) options.push({ room, victims });
  }
  if (options.length < count) return undefined;
  options.sort(compareCosts);
  const chosen: RoomClearance[] = [];
  for (const option of options.slice(0, count + TRIED)) {
    if (chosen.length === count) break;
    if (wish.admits(option.room, option.victims)) chosen.push(option);
  }
  if (chosen.length < count) return undefined;
  return { rooms: chosen.map(({ room }) => room), victims: chosen.flatMap(({ victims }) => victims) };
}

/** True when the node holds the job without those that were told to go, or whose time is up. */
export function isBeingCleared(room: NodeRoom, { shape }: Visitor, now: number): boolean {
  if (roomHolds(room, shape)) return true;
  const space = room.space.clone();
  for (const { holding } of room.parts) if (holding.stopping || (holding.endsAt !== null && holding.endsAt <= now)) space.give(holding);
  return spaceHolds(space, shape);
}

/** A bound that costs little. */
function couldMakeRoom(room: NodeRoom, { visitor: { shape, owner }, rank, now }: ClearanceWish): boolean {
  const { node, kind, windows, ready } = room;
  if (room.countClearable(rank) < (shape.demand.exclusive ? node.cpus : shape.demand.cpus)) return false;
  if (!ready || !shape.filter.allows(node, kind)) return false;
  const stay = { user: owner.user, account: owner.account, from: now, until: now + shape.durationMs };
  return windows.length === 0 || findObstacle(windows, stay) === undefined;
}

/** Lowest class first, then those that started last; those that need not go after all are left out again. */
function findVictims(room: NodeRoom, { shape }: Visitor, rank: number): Holding[] | undefined {
  const space = room.space.clone();
  const lower: Holding[] = [];
  for (const { holding } of room.parts) {
    if (holding.stopping) space.give(holding);
    else if (CLASS_RANKS[holding.class] < rank) lower.push(holding);
  }
  const chosen: Holding[] = [];
  for (const holding of lower.sort(compareVictims)) {
    if (spaceHolds(space, shape)) break;
    space.give(holding);
    chosen.push(holding);
  }
  if (!spaceHolds(space, shape)) return undefined;
  return chosen.toReversed().filter((holding) => {
    space.take(holding);
    if (spaceHolds(space, shape)) return false;
    space.give(holding);
    return true;
  });
}

function compareVictims(left: Holding, right: Holding): number {
  return CLASS_RANKS[left.class] - CLASS_RANKS[right.class] || right.startedAt - left.startedAt || right.jobId - left.jobId;
}

/** The highest class that has to go, then how many, then how long the oldest has run. */
function compareCosts(left: RoomClearance, right: RoomClearance): number {
  return (
    highestRank(left) - highestRank(right) ||
    left.victims.length - right.victims.length ||
    firstStart(right) - firstStart(left) ||
    left.room.slot - right.room.slot
  );
}

function highestRank({ victims }: RoomClearance): number {
  return victims.reduce((rank, holding) => Math.max(rank, CLASS_RANKS[holding.class]), -1);
}

function firstStart({ victims }: RoomClearance): number {
  return victims.reduce((first, { startedAt }) => Math.min(first, startedAt), Number.MAX_SAFE_INTEGER);
}
