import type { Forecast } from '../nodes/forecast.ts';
import { chooseMember } from '../nodes/fit.ts';
import type { NodeRoom } from '../nodes/node-room.ts';
import type { NodeTable } from '../nodes/node-table.ts';
import type { Owner } from '../queue/waiting.ts';
import { findObstacle } from '../rules/windows.ts';
import type { Shape } from '../shapes.ts';
import { findNthLeast } from './nth-least.ts';

/** A job that wants to be somewhere from a time on. */
export interface Visitor {
  readonly shape: Shape;
  readonly owner: Owner;
}

export interface Booked {
  readonly startsAt: number;
  readonly rooms: readonly NodeRoom[];
}

/** Those that are to come to a node, and the shapes that found no place beside them while the node did not change. */
interface RoomBookings {
  readonly occupations: readonly Occupation[];
  readonly refused: Set<Shape>;
  version: number;
}

interface Occupation {
  readonly shape: Shape;
  readonly from: number;
  readonly until: number;
}

/**
 * Who will get what when (EASY-K): each booking is the earliest that holdings, reservations and the bookings before it allow, and nothing is
 * admitted afterwards that would not leave the booked parts free at the booked time.
 */
export class Bookings {
  private readonly table: NodeTable;
  private readonly forecast: Forecast;
  private readonly now: number;
  private readonly byRoom = new Map<NodeRoom, RoomBookings>();

  constructor(parts: { table: NodeTable; forecast: Forecast; now: number }) {
    this.table = parts.table;
    this.forecast = parts.forecast;
    this.now = parts.now;
  }

  /** Nothing that is held now is free before. */
  get soonest(): number {
    return this.now + 1;
  }

  hasSome(room: NodeRoom): boolean {
    return this.byRoom.has(room);
  }

  /** True when the job may be on the node from `from` on: no reservation of others is in its way, and all that are booked there still fit. */
  admits(room: NodeRoom, { shape, owner }: Visitor, from: number): boolean {
    const until = from + shape.durationMs;
    if (room.windows.length > 0 && findObstacle(room.windows, { user: owner.user, account: owner.account, from, until }) !== undefined)
      return false;
    const booked = this.byRoom.get(room);
    if (from !== this.now) return this.allFit(room, insertByTime(booked?.occupations ?? [], { shape, from, until }));
    if (booked === undefined || booked.occupations.every((other) => until <= other.from)) return true;
    return this.admitsNow(room, booked, { shape, from, until });
  }

  /** Refusals are remembered: many jobs of one shape ask for the same node. */
  private admitsNow(room: NodeRoom, booked: RoomBookings, newcomer: Occupation): boolean {
    const version = this.table.versions[room.slot] ?? 0;
    if (booked.version !== version) booked.refused.clear();
    booked.version = version;
    if (booked.refused.has(newcomer.shape)) return false;
    const admits = this.allFit(room, insertByTime(booked.occupations, newcomer));
    if (!admits) booked.refused.add(newcomer.shape);
    return admits;
  }

  /** The earliest that the job could start, and where; undefined when that is never. */
  find(visitor: Visitor): Booked | undefined {
    const { shape } = visitor;
    if (shape.hopelessAt === this.table.capacityVersion) return undefined;
    const times = this.forecast.timesFor(shape);
    const found = shape.placing.nodes === 1 ? this.findOne(visitor, times) : this.findMany(visitor, times);
    if (found === undefined && isTooRare(times, shape.placing.nodes)) shape.hopelessAt = this.table.capacityVersion;
    return found;
  }

  add({ shape }: Visitor, { rooms, startsAt }: Booked): void {
    for (const room of rooms) {
      const occupations = insertByTime(this.byRoom.get(room)?.occupations ?? [], {
        shape,
        from: startsAt,
        until: startsAt + shape.durationMs,
      });
      this.byRoom.set(room, { occupations, refused: new Set(), version: -1 });
    }
  }

  private findOne(visitor: Visitor, times: Float64Array): Booked | undefined {
    const { rooms } = this.table;
    let startsAt = Infinity;
    let best: NodeRoom | undefined;
    for (let slot = 0; slot < times.length; slot += 1) {
      const time = Math.max(times[slot] ?? Infinity, this.soonest);
      const room = rooms[slot];
      if (time >= startsAt || room === undefined) continue;
      const possible = this.isPlain(room) ? time : this.findTime(room, visitor, time);
      if (possible >= startsAt) continue;
      startsAt = possible;
      best = room;
    }
    return best && { startsAt, rooms: [best] };
  }

  private findMany(visitor: Visitor, times: Float64Array): Booked | undefined {
    const { rooms } = this.table;
    const count = visitor.shape.placing.nodes;
    const possible = this.findTimes(visitor, times);
    for (;;) {
      const startsAt = findNthLeast(possible, count);
      if (startsAt === Infinity) return undefined;
      const chosen = chooseEarliest(possible, { startsAt, count });
      const late = chosen.filter((slot) => !this.isFreeAt(rooms[slot], visitor, startsAt));
      if (late.length === 0) return { startsAt, rooms: chosen.flatMap((slot) => rooms[slot] ?? []) };
      for (const slot of late) {
        const room = rooms[slot];
        if (room !== undefined) possible[slot] = this.findTime(room, visitor, startsAt);
      }
    }
  }

  /** The earliest possible time on each node. */
  private findTimes(visitor: Visitor, times: Float64Array): Float64Array {
    const { table, soonest } = this;
    const possible = times.slice();
    for (let slot = 0; slot < possible.length; slot += 1) if ((possible[slot] ?? Infinity) < soonest) possible[slot] = soonest;
    const special = table.hasWindows ? table.rooms.filter((room) => !this.isPlain(room)) : this.byRoom.keys();
    for (const room of special) possible[room.slot] = this.findTime(room, visitor, possible[room.slot] ?? Infinity);
    return possible;
  }

  private isFreeAt(room: NodeRoom | undefined, visitor: Visitor, time: number): boolean {
    return room !== undefined && (this.isPlain(room) || this.admits(room, visitor, time));
  }

  /** What is free there only grows. */
  private isPlain(room: NodeRoom): boolean {
    return room.windows.length === 0 && !this.byRoom.has(room);
  }

  /** The earliest time from `from` on at which the node admits the job; Infinity = never. */
  private findTime(room: NodeRoom, visitor: Visitor, from: number): number {
    if (from === Infinity) return Infinity;
    let time = from;
    while (time < Infinity && !this.admits(room, visitor, time)) time = this.findNextChange(room, time);
    return time;
  }

  /** When something is freed there, or a reservation ends, for the first time after `time`; Infinity when that is never. */
  private findNextChange(room: NodeRoom, time: number): number {
    let next = Infinity;
    for (const { at } of this.forecast.timelineOf(room).ends) {
      if (at <= time) continue;
      next = at;
      break;
    }
    for (const { endsAt } of room.windows) if (endsAt > time && endsAt < next) next = endsAt;
    for (const { until } of this.byRoom.get(room)?.occupations ?? []) if (until > time && until < next) next = until;
    return next;
  }

  /** Plays what is to come on a node: ends of holdings, and those that come, by time. */
  private allFit(room: NodeRoom, occupations: readonly Occupation[]): boolean {
    const space = room.space.clone();
    const { ends } = this.forecast.timelineOf(room);
    const inside: { until: number; member: NonNullable<ReturnType<typeof chooseMember>> }[] = [];
    let ended = 0;
    for (const { shape, from, until } of occupations) {
      for (let next = ends[ended]; next !== undefined && Math.max(next.at, this.soonest) <= from; next = ends[ended]) {
        space.give(next.holding);
        ended += 1;
      }
      for (const gone of inside.filter((other) => other.until <= from)) {
        space.give(gone.member);
        inside.splice(inside.indexOf(gone), 1);
      }
      const member = chooseMember(space, shape);
      if (member === undefined) return false;
      space.take(member);
      inside.push({ until, member });
    }
    return true;
  }
}

/** After those that come at the same time. */
function insertByTime(occupations: readonly Occupation[], newcomer: Occupation): readonly Occupation[] {
  const place = occupations.findIndex((other) => other.from > newcomer.from);
  return place < 0 ? [...occupations, newcomer] : occupations.toSpliced(place, 0, newcomer);
}

function isTooRare(times: Float64Array, count: number): boolean {
  return times.reduce((possible, time) => possible + (time === Infinity ? 0 : 1), 0) < count;
}

/** The slots whose times are before `startsAt`, filled up with those that have just this time. */
function chooseEarliest(times: Float64Array, { startsAt, count }: { startsAt: number; count: number }): number[] {
  const before: number[] = [];
  const then: number[] = [];
  for (let slot = 0; slot < times.length; slot += 1) {
    const time = times[slot] ?? Infinity;
    if (time < startsAt) before.push(slot);
    else if (time === startsAt && then.length < count) then.push(slot);
  }
  return [...before, ...then].slice(0, count);
}
