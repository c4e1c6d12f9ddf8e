import type { Policy } from '../model.ts';
import { weighAge } from '../rules/priority.ts';
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
  readonly buckets: readonly Bucket[];
  next: number;
}

export interface WalkParts {
  readonly owners: Iterable<Owner>;
  readonly policy: Policy;
  readonly now: number;
  /** True for a bucket none of whose jobs is worth a look; once true it stays so during the walk. */
  readonly skips: (bucket: Bucket) => boolean;
}

/** Gives the first jobs of buckets in the order of their turns; a bucket's next job only when it is asked for. The queue must not change meanwhile. */
export class QueueWalk {
  private readonly parts: WalkParts;
  private readonly owners: readonly Owner[];
  private readonly heap = new TurnHeap<QueueTurn>(comesBefore);
  private rank = 3;

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

  private enterClass(): void {
    for (const { lines } of this.owners) {
      const line = lines[this.rank];
      if (line === undefined) continue;
      if (line.young.items.length > 0) this.advance({ buckets: line.young.items, next: 0 });
      if (line.old.items.length > 0) this.advance({ buckets: line.old.items, next: 0 });
    }
  }

  private advance(source: Source): void {
    const { buckets } = source;
    while (source.next < buckets.length) {
      const bucket = buckets[source.next];
      source.next += 1;
      if (bucket === undefined || this.parts.skips(bucket)) continue;
      this.push(bucket, 0, source);
      return;
    }
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
