import type { Shape } from '../shapes.ts';
import type { IndexedAs, NodeRoom } from './node-room.ts';

/** Returns true to end the search. */
export type Visit = (room: NodeRoom) => boolean;

/** Ready nodes by what is free on them, so that those with the least left over come first. */
export class FreeIndex {
  private readonly withoutGpus = new Levels(byMemory);
  private readonly withGpus = new Levels(byMemory);
  private readonly byGpus = new Levels(byCpus);

  add(room: NodeRoom): void {
    const { space, slot } = room;
    const at = { cpus: Math.max(0, space.cpus), memoryBytes: Math.max(0, space.memoryBytes), gpus: space.gpus.length, slot };
    room.indexedAs = at;
    if (room.node.gpus.length === 0) this.withoutGpus.add(at.cpus, room);
    else {
      this.withGpus.add(at.cpus, room);
      this.byGpus.add(at.gpus, room);
    }
  }

  remove(room: NodeRoom): void {
    const at = room.indexedAs;
    if (at === null) return;
    this.withoutGpus.remove(at.cpus, room);
    this.withGpus.remove(at.cpus, room);
    this.byGpus.remove(at.gpus, room);
    room.indexedAs = null;
  }

  clear(): void {
    for (const levels of [this.withoutGpus, this.withGpus, this.byGpus]) levels.clear();
  }

  /**
   * Visits the nodes that have the CPUs, memory and number of GPUs free, fullest first; true when a visit ended it.
   * Those with GPUs come last for a job that wants none.
   */
  visit(shape: Shape, visit: Visit): boolean {
    const { cpus, memoryBytes } = shape.demand;
    const least = { cpus, memoryBytes, gpus: 0, slot: -1 };
    if (shape.gpus > 0) return this.byGpus.visit({ from: shape.gpus, least }, visit);
    return this.withoutGpus.visit({ from: cpus, least }, visit) || this.withGpus.visit({ from: cpus, least }, visit);
  }
}

type Compare = (left: IndexedAs, right: IndexedAs) => number;

/** Nodes by a small whole number, and within one number in the order of a comparison. */
class Levels {
  private levels: (NodeRoom[] | undefined)[] = [];
  private readonly compare: Compare;

  constructor(compare: Compare) {
    this.compare = compare;
  }

  add(number: number, room: NodeRoom): void {
    const at = room.indexedAs;
    if (at === null) return;
    while (this.levels.length <= number) this.levels.push(undefined);
    const rooms = (this.levels[number] ??= []);
    rooms.splice(this.find(rooms, at), 0, room);
  }

  remove(number: number, room: NodeRoom): void {
    const rooms = this.levels[number];
    if (rooms === undefined || room.indexedAs === null) return;
    const at = this.find(rooms, room.indexedAs);
    if (rooms[at] === room) rooms.splice(at, 1);
  }

  clear(): void {
    this.levels = [];
  }

  visit({ from, least }: { from: number; least: IndexedAs }, visit: Visit): boolean {
    for (let number = from; number < this.levels.length; number += 1) {
      const rooms = this.levels[number];
      if (rooms === undefined) continue;
      for (let at = this.find(rooms, least); at < rooms.length; at += 1) {
        const room = rooms[at];
        if (room !== undefined && visit(room)) return true;
      }
    }
    return false;
  }

  private find(rooms: readonly NodeRoom[], key: IndexedAs): number {
    let low = 0;
    let high = rooms.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = rooms[middle]?.indexedAs;
      if (at !== undefined && at !== null && this.compare(at, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function byMemory(left: IndexedAs, right: IndexedAs): number {
  return left.memoryBytes - right.memoryBytes || left.slot - right.slot;
}

function byCpus(left: IndexedAs, right: IndexedAs): number {
  return left.cpus - right.cpus || byMemory(left, right);
}
