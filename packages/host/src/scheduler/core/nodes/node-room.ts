import type { FleetNode, Holding } from '../model.ts';
import { Space } from './space.ts';

/** A node with what is held on it and what is free. */
export class NodeRoom {
  node: FleetNode;
  space: Space;
  private readonly held = new Map<string, Holding>();

  constructor(node: FleetNode) {
    this.node = node;
    this.space = new Space(node);
  }

  /** Takes over what changed of the node; what is held stays held. */
  replaceNode(node: FleetNode): void {
    this.node = node;
    this.space = new Space(node);
    for (const holding of this.held.values()) this.space.take(holding);
  }

  /** Replaces what the same attempt held before. Throws a RangeError when there is not so much free. */
  hold(holding: Holding): void {
    const before = this.held.get(keyOf(holding.jobId, holding.attempt));
    if (before !== undefined) this.space.give(before);
    if (!this.space.covers(holding)) {
      if (before !== undefined) this.space.take(before);
      throw new RangeError(`attempt ${holding.attempt} of job ${holding.jobId} wants more than node ${this.node.name} has free`);
    }
    this.space.take(holding);
    this.held.set(keyOf(holding.jobId, holding.attempt), holding);
  }

  /** Gives back what the attempt holds; undefined when it holds nothing here. */
  release(jobId: number, attempt: number): Holding | undefined {
    const key = keyOf(jobId, attempt);
    const holding = this.held.get(key);
    if (holding === undefined) return undefined;
    this.held.delete(key);
    this.space.give(holding);
    return holding;
  }

  get holdings(): readonly Holding[] {
    return [...this.held.values()];
  }
}

function keyOf(jobId: number, attempt: number): string {
  return `${jobId}.${attempt}`;
}
