import type { NodeRoom } from './node-room.ts';

/** Beyond this many it is cheaper to look at the whole fleet again. */
const KEPT = 256;

/** Remembers which nodes got more free lately, so that what was proven not to fit need only be tried there. */
export class FreedLog {
  private rooms: NodeRoom[] = [];
  private forgotten = 0;

  /** Grows with every node that is freed. */
  get end(): number {
    return this.forgotten + this.rooms.length;
  }

  add(room: NodeRoom): void {
    if (this.rooms.length >= KEPT) {
      this.forgotten += this.rooms.length;
      this.rooms = [];
    }
    this.rooms.push(room);
  }

  /** True when one of the nodes that were freed since `position` satisfies the condition, or when they are not remembered. */
  hasSince(position: number, condition: (room: NodeRoom) => boolean): boolean {
    if (position < this.forgotten) return true;
    for (let at = position - this.forgotten; at < this.rooms.length; at += 1) {
      const room = this.rooms[at];
      if (room !== undefined && condition(room)) return true;
    }
    return false;
  }
}
