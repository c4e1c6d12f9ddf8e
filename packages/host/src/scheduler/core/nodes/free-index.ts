import { BlockList, type BlockOrder } from '../queue/block-list.ts';
import type { Shape } from '../shapes.ts';
import type { IndexedAs, NodeRoom } from './node-room.ts';

/** Returns true to end the search. */
export type Visit = (room: NodeRoom) => boolean;

const MIB = 1024 ** 2;
/** More memory than any node has, in MiB. */
const MEMORY_STEPS = 2 ** 28;

const BY_MEMORY: BlockOrder<IndexedAs> = {
  keyOf: ({ memoryBytes }) => memoryBytes,
  compare: (left, right) => left.slot - right.slot,
};

const BY_CPUS: BlockOrder<IndexedAs> = {
  keyOf: ({ cpus, memoryBytes }) => cpus * MEMORY_STEPS + Math.min(Math.floor(memoryBytes / MIB), MEMORY_STEPS - 1),
  compare: (left, right) => left.memoryBytes - right.memoryBytes || left.slot - right.slot,
};

/** Ready nodes by what is free on them, so that those with the least left over come first. */
export class FreeIndex {
  private readonly withoutGpus = new Levels(BY_MEMORY);
  private readonly withGpus = new Levels(BY_MEMORY);
  private readonly byGpus = new Levels(BY_CPUS);

  add(room: NodeRoom): void {
    const { space, slot } = room;
    const hasGpus = room.node.gpus.length > 0;
    const at = { room, hasGpus, cpus: Math.max(0, space.cpus), memoryBytes: Math.max(0, space.memoryBytes), gpus: space.gpus.length, slot };
    room.indexedAs = at;
    if (hasGpus) this.byGpus.of(at.gpus).insert(at);
    (hasGpus ? this.withGpus : this.withoutGpus).of(at.cpus).insert(at);
  }

  remove(room: NodeRoom): void {
    const at = room.indexedAs;
    if (at === null) return;
    room.indexedAs = null;
    if (at.hasGpus) this.byGpus.of(at.gpus).remove(at);
    (at.hasGpus ? this.withGpus : this.withoutGpus).of(at.cpus).remove(at);
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
    const least = { room: null, hasGpus: false, cpus, memoryBytes, gpus: 0, slot: -1 };
    if (shape.gpus > 0) return this.byGpus.visit({ from: shape.gpus, least }, visit);
    return this.withoutGpus.visit({ from: cpus, least }, visit) || this.withGpus.visit({ from: cpus, least }, visit);
  }
}

/** Nodes by a small whole number, and within one number in an order. */
class Levels {
  private levels: (BlockList<IndexedAs> | undefined)[] = [];
  private readonly order: BlockOrder<IndexedAs>;

  constructor(order: BlockOrder<IndexedAs>) {
    this.order = order;
  }

  of(number: number): BlockList<IndexedAs> {
    while (this.levels.length <= number) this.levels.push(undefined);
    return (this.levels[number] ??= new BlockList(this.order));
  }

  clear(): void {
    this.levels = [];
  }

  visit({ from, least }: { from: number; least: IndexedAs }, visit: Visit): boolean {
    for (let number = from; number < this.levels.length; number += 1)
      if (this.levels[number]?.visitFrom(least, ({ room }) => room !== null && visit(room)) === true) return true;
    return false;
  }
}
