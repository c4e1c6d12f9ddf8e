import type { FleetNode, Holding, ReservationWindow } from '../model.ts';
import { CLASS_RANKS } from '../rules/priority.ts';
import type { NodeKind } from './node-filter.ts';
import { Space } from './space.ts';

/** What was free when the node was put into an index; it stands there under this. */
export interface IndexedAs {
  /** Null = nobody's: from here on is sought. */
  readonly room: NodeRoom | null;
  readonly hasGpus: boolean;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  readonly slot: number;
}

/** What an attempt holds on one node. */
export interface HeldPart {
  readonly room: NodeRoom;
  holding: Holding;
  /** Where the room keeps it. */
  place: number;
}

/** A node with what is held on it and what is free. */
export class NodeRoom {
  node: FleetNode;
  kind: NodeKind;
  space: Space;
  /** It takes jobs now. */
  ready: boolean;
  /** Its place among the names of all nodes. */
  slot = 0;
  windows: readonly ReservationWindow[] = [];
  indexedAs: IndexedAs | null = null;
  /** What is free of it changed after it was indexed. */
  dirty = false;
  private readonly cpusByRank: [number, number, number] = [0, 0, 0];
  private cpusOfStopping = 0;
  private readonly held: HeldPart[] = [];

  constructor(node: FleetNode, kind: NodeKind) {
    this.node = node;
    this.kind = kind;
    this.space = new Space(node);
    this.ready = node.away.length === 0;
  }

  /** Takes over what changed of the node; what is held stays held. */
  replaceNode(node: FleetNode, kind: NodeKind): void {
    this.node = node;
    this.kind = kind;
    this.space = new Space(node);
    this.ready = node.away.length === 0;
    for (const { holding } of this.held) this.space.take(holding);
  }

  /** Throws a RangeError when there is not so much free. */
  hold(holding: Holding): HeldPart {
    if (!this.space.covers(holding)) throw this.refuse(holding);
    const part = { room: this, holding, place: this.held.length };
    this.held.push(part);
    this.space.take(holding);
    this.count(holding, 1);
    return part;
  }

  /** The attempt holds this instead. Throws a RangeError when there is not so much free. */
  change(part: HeldPart, holding: Holding): void {
    const before = part.holding;
    this.space.give(before);
    if (!isSamePart(before, holding) && !this.space.covers(holding)) {
      this.space.take(before);
      throw this.refuse(holding);
    }
    this.count(before, -1);
    this.space.take(holding);
    this.count(holding, 1);
    part.holding = holding;
  }

  release(part: HeldPart): void {
    const last = this.held.pop();
    if (last !== undefined && last !== part) {
      this.held[part.place] = last;
      last.place = part.place;
    }
    this.space.give(part.holding);
    this.count(part.holding, -1);
  }

  /** In no order that means anything. */
  get parts(): readonly HeldPart[] {
    return this.held;
  }

  /** CPUs that would be free without those that were told to make room, and those of classes below the rank. */
  countClearable(rank: number): number {
    const [scavenger, normal, urgent] = this.cpusByRank;
    const lower = (rank > 0 ? scavenger : 0) + (rank > 1 ? normal : 0) + (rank > 2 ? urgent : 0);
    return this.space.cpus + this.cpusOfStopping + lower;
  }

  private refuse({ jobId, attempt }: Holding): RangeError {
    return new RangeError(`attempt ${attempt} of job ${jobId} wants more than node ${this.node.name} has free`);
  }

  private count(holding: Holding, sign: 1 | -1): void {
    if (holding.stopping) this.cpusOfStopping += sign * holding.cpus;
    else this.cpusByRank[CLASS_RANKS[holding.class]] += sign * holding.cpus;
  }
}

function isSamePart(left: Holding, right: Holding): boolean {
  return (
    left.cpus === right.cpus &&
    left.memoryBytes === right.memoryBytes &&
    left.numa === right.numa &&
    left.gpuIds.length === right.gpuIds.length &&
    left.gpuIds.every((id) => right.gpuIds.includes(id))
  );
}
