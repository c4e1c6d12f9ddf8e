import type { Policy } from '../model.ts';
import { weighAge } from '../rules/priority.ts';
import type { Shape } from '../shapes.ts';
import { TurnHeap } from './turn-heap.ts';
import { type Bucket, type Owner, type Waiting } from './waiting.ts';

/** A waiting job whose turn it is. */
export interface Turn {
  readonly rank: number;
  readonly points: number;
  readonly job: Pick<Waiting, 'id' | 'eligibleAt'>;
}

interface QueueTurn extends Turn {
  readonly job: Waiting;
  /** Where its job stands in its bucket. */
  readonly place: number;
  /** The line of buckets that it came from, when it is its bucket's first. */
  readonly source: Source | null;
}

interface Source {
  readonly blocks: readonly (readonly Bucket[])[];
  block: number;
  next: number;
}

export interface WalkParts {
  readonly owners: Iterable<Owner>;
  readonly policy: Policy;
  readonly now: number;
  /** Another for each walk, from 1. */
  readonly id: number;
}

/** Turns in vain after which the walk looks which others would be in vain. */
const PATIENCE = 16;

/**
 * Gives the first jobs of buckets in the order of their turns; a bucket's next job only when it is asked for.
 * The queue must not change meanwhile.
 */
export class QueueWalk {
  private readonly parts: WalkParts;
  private readonly owners: readonly Owner[];
  private readonly heap = new TurnHeap<QueueTurn>(comesBefore);
  private rank = 3;
  private inVain = 0;
  private isNarrow = false;

  constructor(parts: WalkParts) {
    this.parts = parts;
    this.owners = [...parts.owners];
  }

  next(): QueueTurn | undefined {
    let turn = this.heap.pop();
    while (turn === undefined && this.rank > 0) {
      this.rank -= 1;
      this.enterClass();
      turn = this.heap.pop();
    }
    if (turn !== undefined && turn.source !== null) this.advance(turn.source);
    return turn;
  }

  /** Lets the bucket's next job take its turn too. */
  follow(turn: QueueTurn): void {
    this.push(turn.job.bucket, turn.place + 1, null);
  }

  /** From now on only these buckets come, and those that came up already. */
  narrow(shapes: Iterable<Shape>): void {
    if (this.isNarrow) return;
    this.isNarrow = true;
    this.rank = 0;
    for (const { buckets } of shapes) for (const bucket of buckets) if (bucket.seenIn !== this.parts.id) this.append(bucket);
    this.heap.retain(() => true);
  }

  /** Tells that a turn was in vain; after some of them all buckets that are useless are left out. */
  giveUp(isUseless: (bucket: Bucket) => boolean): void {
    this.inVain += 1;
    if (!this.isNarrow || this.inVain < PATIENCE) return;
    this.inVain = 0;
    this.heap.retain(({ job }) => !isUseless(job.bucket));
  }

  private enterClass(): void {
    for (const { lines } of this.owners) {
      const line = lines[this.rank];
      if (line === undefined) continue;
      this.advance({ blocks: line.young.blocks, block: 0, next: 0 });
      this.advance({ blocks: line.old.blocks, block: 0, next: 0 });
    }
  }

  private advance(source: Source): void {
    if (this.isNarrow) return;
    const block = source.blocks[source.block];
    const bucket = block?.[source.next];
    if (block === undefined || bucket === undefined) return;
    source.next += 1;
    if (source.next === block.length) {
      source.block += 1;
      source.next = 0;
    }
    this.push(bucket, 0, source);
  }

  private push(bucket: Bucket, place: number, source: Source | null): void {
    const turn = this.makeTurn(bucket, place, source);
    if (turn !== undefined) this.heap.push(turn);
  }

  private append(bucket: Bucket): void {
    const turn = this.makeTurn(bucket, 0, null);
    if (turn !== undefined) this.heap.append(turn);
  }

  private makeTurn(bucket: Bucket, place: number, source: Source | null): QueueTurn | undefined {
    const job = bucket.jobs.items[place];
    if (job === undefined) return undefined;
    bucket.seenIn = this.parts.id;
    return { rank: bucket.rank, points: weighJob(job, this.parts), job, place, source };
  }
}

/** A waiting job's points at this time. */
export function weighJob({ bucket, eligibleAt }: Waiting, { now, policy }: Pick<WalkParts, 'now' | 'policy'>): number {
  return bucket.owner.points + bucket.points + weighAge(eligibleAt, now, policy);
}

/** True when the job of the left turn goes first. */
export function comesBefore(left: Turn, right: Turn): boolean {
  if (left.rank !== right.rank) return left.rank > right.rank;
  if (left.points !== right.points) return left.points > right.points;
  return left.job.eligibleAt !== right.job.eligibleAt ? left.job.eligibleAt < right.job.eligibleAt : left.job.id < right.job.id;
}
