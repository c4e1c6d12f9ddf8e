import type { NodeRoom } from '../nodes/node-room.ts';
import type { NodeTable } from '../nodes/node-table.ts';
import type { Shape } from '../shapes.ts';
import { couldHold, findRefusal } from './refusal.ts';

interface Prospect {
  /** The capacity of the fleet for which it was found. */
  readonly version: number;
  /** Ready nodes that could hold a member each: as many as there are, and no more than there are members. */
  readonly able: readonly NodeRoom[];
  readonly refusal: string | null;
}

/** What the nodes, were they empty, mean for shapes: found once for each shape, and again when nodes come, go or change. */
export class Prospects {
  private readonly table: NodeTable;
  private readonly known = new WeakMap<Shape, Prospect>();
  private away: readonly NodeRoom[] = [];
  private awayAt = -1;

  constructor(table: NodeTable) {
    this.table = table;
  }

  /** As `findRefusal`. */
  refusalOf(shape: Shape): string | null {
    return this.find(shape).refusal;
  }

  /** How many of its members the nodes that are ready could hold, were they empty. */
  countAble(shape: Shape): number {
    return this.find(shape).able.length;
  }

  /** The first `most` nodes, by name, that take no jobs now, could hold a member were they empty, and satisfy the condition. */
  listAway(shape: Shape, most: number, suits: (room: NodeRoom) => boolean = () => true): readonly NodeRoom[] {
    const { capacityVersion, rooms } = this.table;
    if (this.awayAt !== capacityVersion) this.away = rooms.filter((room) => !room.ready);
    this.awayAt = capacityVersion;
    const found: NodeRoom[] = [];
    for (const room of this.away) {
      if (found.length === most) break;
      if (suits(room) && couldHold(room, shape)) found.push(room);
    }
    return found;
  }

  private find(shape: Shape): Prospect {
    const version = this.table.capacityVersion;
    const before = this.known.get(shape);
    if (before?.version === version) return before;
    const able = this.findAble(shape, before?.able ?? []);
    const refusal = able.length < shape.placing.nodes ? findRefusal(this.table, shape) : null;
    const prospect = { version, able, refusal };
    this.known.set(shape, prospect);
    return prospect;
  }

  /** Most often those that could before still can. */
  private findAble(shape: Shape, before: readonly NodeRoom[]): readonly NodeRoom[] {
    const { nodes } = shape.placing;
    const isAble = (room: NodeRoom) => room.ready && couldHold(room, shape);
    if (before.length === nodes && before.every((room) => this.table.find(room.node.name) === room && isAble(room))) return before;
    const able: NodeRoom[] = [];
    for (const room of this.table.rooms) {
      if (isAble(room)) able.push(room);
      if (able.length === nodes) break;
    }
    return able;
  }
}
