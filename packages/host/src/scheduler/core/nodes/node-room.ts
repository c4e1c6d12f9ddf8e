import type { FleetNode, Holding, ReservationWindow } from '../model.ts';
import { CLASS_RANKS } from '../rules/priority.ts';
import type { NodeKind } from './node-filter.ts';
import { Space } from './space.ts';

/** What was free when the node was put into an index; it stands there under this. */
export interface IndexedAs {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  readonly slot: number;
}

/** A node with what is held on it and what is free. */
export class NodeRoom {
  node: FleetNode;
  kind: NodeKind;
  space: Space;
  /** Its place among the names of all nodes. */
  slot = 0;
  windows: readonly ReservationWindow[] = [];
  indexedAs: IndexedAs | null = null;
  /** What is free of it changed after it was indexed. */
  dirty = false;
  private readonly cpusByRank: [number, number, number] = [0, 0, 0];
  private cpusOfStopping = 0;
  private readonly held = new Map<string, Holding>();

  constructor(node: FleetNode, kind: NodeKind) {
    this.node = node;
    this.kind = kind;
    this.space = new Space(node);
  }

  /** Takes over what changed of the node; what is held stays held. */
  replaceNode(node: FleetNode, kind: NodeKind): void {
    this.node = node;
    this.kind = kind;
    this.space = new Space(node);
    for (const holding of this.held.values()) this.space.take(holding);
  }

  /** Replaces what the same attempt held before, which is returned. Throws a RangeError when there is not so much free. */
  hold(holding: Holding): Holding | undefined {
    const key = attemptKey(holding.jobId, holding.attempt);
    const before = this.held.get(key);
    if (before !== undefined) this.space.give(before);
    if (!(before !== undefined && isSamePart(before, holding)) && !this.space.covers(holding)) {
      if (before !== undefined) this.space.take(before);
      throw new RangeError(`attempt ${holding.attempt} of job ${holding.jobId} wants more than node ${this.node.name} has free`);
    }
    if (before !== undefined) this.count(before, -1);
    this.space.take(holding);
    this.count(holding, 1);
    this.held.set(key, holding);
    return before;
  }

  /** Gives back what the attempt holds; undefined when it holds nothing here. */
  release(jobId: number, attempt: number): Holding | undefined {
    const key = attemptKey(jobId, attempt);
    const holding = this.held.get(key);
    if (holding === undefined) return undefined;
    this.held.delete(key);
    this.space.give(holding);
    this.count(holding, -1);
    return holding;
  }

  find(jobId: number, attempt: number): Holding | undefined {
    return this.held.get(attemptKey(jobId, attempt));
  }

  get holdings(): Iterable<Holding> {
    return this.held.values();
  }

  /** CPUs that would be free without those that were told to make room, and those of classes below the rank. */
  countClearable(rank: number): number {
    const [scavenger, normal, urgent] = this.cpusByRank;
    const lower = (rank > 0 ? scavenger : 0) + (rank > 1 ? normal : 0) + (rank > 2 ? urgent : 0);
    return this.space.cpus + this.cpusOfStopping + lower;
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

/** One name for an attempt of a job. */
export function attemptKey(jobId: number, attempt: number): string {
  return `${jobId}.${attempt}`;
}
