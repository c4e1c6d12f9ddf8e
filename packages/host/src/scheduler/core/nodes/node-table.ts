import type { FleetNode, Holding, ReservationWindow } from '../model.ts';
import { CLASS_RANKS } from '../rules/priority.ts';
import { listWindows } from '../rules/windows.ts';
import type { Shape } from '../shapes.ts';
import { ChangeLog } from './change-log.ts';
import { spaceHolds } from './fit.ts';
import { FreeIndex, type Visit } from './free-index.ts';
import { describeKind, type NodeKind } from './node-filter.ts';
import { NodeRoom, type HeldPart } from './node-room.ts';

/** All nodes, and what of them is free. */
export class NodeTable {
  /** Nodes that got more free, so that what was proven not to fit need only be tried there. */
  readonly freed = new ChangeLog<NodeRoom>();
  /** Nodes of which what is free, or when it will be, may have changed. */
  readonly touched = new ChangeLog<NodeRoom>();
  /** Grows when nodes come, go or change. */
  capacityVersion = 0;
  /** By slot; grows when what is free there, or when it will be, may have changed. */
  versions = new Int32Array(0);
  /** Grows when slots were given anew. */
  slotVersion = 0;
  cpus = 0;
  /** Holdings of each class that were not told to make room. */
  private readonly heldByRank: [number, number, number] = [0, 0, 0];
  private readonly byName = new Map<string, NodeRoom>();
  private readonly kinds = new Map<string, NodeKind>();
  private readonly index = new FreeIndex();
  private windows: readonly ReservationWindow[] = [];
  private sorted: readonly NodeRoom[] = [];
  private slotsAreOld = false;
  private changed: NodeRoom[] = [];

  find(name: string): NodeRoom | undefined {
    return this.byName.get(name);
  }

  get size(): number {
    return this.byName.size;
  }

  /** By name; a node's slot is its place here. */
  get rooms(): readonly NodeRoom[] {
    if (this.slotsAreOld) this.giveSlots();
    return this.sorted;
  }

  set(node: FleetNode): void {
    const room = this.byName.get(node.name);
    if (room === undefined) this.add(node);
    else if (onlyLoadDiffers(room.node, node)) room.node = node;
    else this.replace(room, node);
  }

  /** Takes out a node and what is held there. */
  remove(room: NodeRoom): void {
    this.byName.delete(room.node.name);
    this.cpus -= room.node.cpus;
    this.slotsAreOld = true;
    this.capacityVersion += 1;
    for (const { holding } of room.parts) this.count(holding, -1);
  }

  get hasWindows(): boolean {
    return this.windows.length > 0;
  }

  setWindows(windows: readonly ReservationWindow[]): void {
    this.windows = windows;
    for (const room of this.byName.values()) room.windows = listWindows(windows, room.node.name);
  }

  hold(room: NodeRoom, holding: Holding): HeldPart {
    const part = room.hold(holding);
    this.count(holding, 1);
    this.touch(room);
    return part;
  }

  change(part: HeldPart, holding: Holding): void {
    const before = part.holding;
    part.room.change(part, holding);
    this.count(before, -1);
    this.count(holding, 1);
    this.free(part.room);
  }

  release(part: HeldPart): void {
    part.room.release(part);
    this.count(part.holding, -1);
    this.free(part.room);
  }

  /** Visits ready nodes that have roughly so much free, fullest first, as `FreeIndex.visit`. */
  visitFullestFirst(shape: Shape, visit: Visit): boolean {
    this.bringIndexUpToDate();
    return this.index.visit(shape, visit);
  }

  /** True when jobs of classes below this rank hold something that they were not told to give back. */
  hasClassBelow(rank: number): boolean {
    return this.heldByRank.some((count, index) => index < rank && count > 0);
  }

  private add(node: FleetNode): void {
    const room = new NodeRoom(node, this.kindOf(node));
    room.windows = listWindows(this.windows, node.name);
    this.byName.set(node.name, room);
    this.cpus += node.cpus;
    this.slotsAreOld = true;
    this.capacityVersion += 1;
    this.freed.add(room);
  }

  private replace(room: NodeRoom, node: FleetNode): void {
    this.cpus += node.cpus - room.node.cpus;
    room.replaceNode(node, this.kindOf(node));
    this.capacityVersion += 1;
    this.free(room);
  }

  private free(room: NodeRoom): void {
    this.freed.add(room);
    this.touch(room);
  }

  private touch(room: NodeRoom): void {
    if (this.slotsAreOld) return;
    this.versions[room.slot] = (this.versions[room.slot] ?? 0) + 1;
    this.touched.add(room);
    if (room.dirty) return;
    room.dirty = true;
    this.changed.push(room);
  }

  private bringIndexUpToDate(): void {
    if (this.slotsAreOld) this.giveSlots();
    if (this.changed.length === 0) return;
    for (const room of this.changed) {
      room.dirty = false;
      this.index.remove(room);
      if (room.ready) this.index.add(room);
    }
    this.changed = [];
  }

  private giveSlots(): void {
    this.slotsAreOld = false;
    this.slotVersion += 1;
    this.sorted = [...this.byName.values()].sort((left, right) => (left.node.name < right.node.name ? -1 : 1));
    this.versions = new Int32Array(this.sorted.length).fill(1);
    this.index.clear();
    this.changed = [...this.sorted];
    for (const [slot, room] of this.sorted.entries()) {
      room.slot = slot;
      room.indexedAs = null;
      room.dirty = true;
    }
  }

  private count({ class: name, stopping }: Holding, sign: 1 | -1): void {
    if (!stopping) this.heldByRank[CLASS_RANKS[name]] += sign;
  }

  private kindOf(node: FleetNode): NodeKind {
    const key = describeKind(node);
    const kind = this.kinds.get(key) ?? this.kinds.size;
    this.kinds.set(key, kind);
    return kind;
  }
}

/** True when a member of the shape would fit there now, time and other jobs' turns aside. */
export function roomHolds(room: NodeRoom, shape: Shape): boolean {
  return room.ready && shape.filter.allows(room.node, room.kind) && spaceHolds(room.space, shape);
}

function onlyLoadDiffers(before: FleetNode, after: FleetNode): boolean {
  return (
    before.cpus === after.cpus &&
    before.memoryBytes === after.memoryBytes &&
    isSame(before.away, after.away) &&
    isSame(before.gpus, after.gpus) &&
    isSame(before.numa, after.numa) &&
    isSame(before.labels, after.labels) &&
    isSame(before.executors, after.executors)
  );
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
