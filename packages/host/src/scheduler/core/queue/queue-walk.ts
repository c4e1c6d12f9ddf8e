import type { Policy } from '../model.ts';
import { weighAge } from '../rules/priority.ts';
import type { Block } from './block-list.ts';
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
  readonly blocks: readonly Block<Bucket>[];
  block: number;
  next: number;
}

export interface WalkParts {
  readonly owners: Iterable<Owner>;
  readonly policy: Policy;
  readonly now: number;
}

/** Which buckets are worth a turn; what is not once is not any more during a walk. */
export interface Sieve {
  /** By shape id: 0 = no bucket of the shape is. */
  readonly shapes: Uint8Array;
  readonly isUseful: (bucket: Bucket) => boolean;
}

/**
 * Gives the first jobs of buckets in the order of their turns; a bucket's next job only when it is asked for.
 * The queue must not change meanwhile.
 */
export class QueueWalk {
  private readonly parts: WalkParts;
  private readonly owners: readonly Owner[];
  private readonly heap = new TurnHeap<QueueTurn>(comesBefore);
  private rank = 3;
  private sieve: Sieve | null = null;

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

  get isNarrow(): boolean {
    return this.sieve !== null;
  }

  /** From now on only useful buckets come up. */
  narrow(sieve: Sieve): void {
    this.sieve = sieve;
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
    for (let block = source.blocks[source.block]; block !== undefined; block = source.blocks[source.block]) {
      const bucket = this.findUseful(block, source);
      if (bucket !== undefined) {
        this.push(bucket, 0, source);
        return;
      }
      source.block += 1;
      source.next = 0;
    }
  }

  private findUseful({ items, tags }: Block<Bucket>, source: Source): Bucket | undefined {
    const { sieve } = this;
    for (let at = source.next; at < items.length; at += 1) {
      if (sieve !== null && sieve.shapes[tags[at] ?? 0] === 0) continue;
      const bucket = items[at];
      if (bucket === undefined || (sieve !== null && !sieve.isUseful(bucket))) continue;
      source.next = at + 1;
      return bucket;
    }
    return undefined;
  }

  private push(bucket: Bucket, place: number, source: Source | null): void {
    const job = bucket.jobs.items[place];
    if (job === undefined) return;
    this.heap.push({ rank: bucket.rank, points: weighJob(job, this.parts), job, place, source });
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
