import type { Policy } from '../model.ts';
import { ageIsFull, weighSize, weighUser } from '../rules/priority.ts';
import { BlockList } from './block-list.ts';
import { BY_ELIGIBILITY, type Bucket, type Line } from './waiting.ts';

/**
 * Keeps the buckets of each line in the order of their turns while time goes on.
 *
 * Ages grow alike, so two buckets whose ages both grow never change places, nor do two whose ages are full: time only moves a bucket
 * from the growing ones to the full ones, and the calendar knows which is next.
 */
export class QueueOrder {
  private policy: Policy;
  private fleetCpus = 0;
  private settledAt = -Infinity;
  /** Points were reckoned otherwise when the buckets were placed. */
  private stale = false;
  private readonly buckets = new Set<Bucket>();
  private readonly calendar = new BlockList(BY_ELIGIBILITY);

  constructor(policy: Policy) {
    this.policy = policy;
  }

  /** Puts a bucket where its first job belongs, or takes an empty one out. */
  place(bucket: Bucket): void {
    if (bucket.turn !== null && bucket.turn.first === bucket.jobs.items[0]) return;
    this.remove(bucket);
    if (bucket.jobs.items.length === 0) this.buckets.delete(bucket);
    else this.insert(bucket);
  }

  setPolicy(policy: Policy): void {
    this.policy = policy;
    this.stale = this.buckets.size > 0;
  }

  /** Sizes are weighed against the CPUs of the whole fleet. */
  setFleetCpus(cpus: number): void {
    if (cpus === this.fleetCpus) return;
    this.fleetCpus = cpus;
    if (this.policy.weights.size !== 0 && this.buckets.size > 0) this.stale = true;
  }

  /** Brings the order up to this time. */
  settle(now: number): void {
    const anew = this.stale || now < this.settledAt;
    this.settledAt = now;
    if (anew) this.sortAnew();
    else for (let first = this.nextFull(); first !== undefined; first = this.nextFull()) this.move(first);
  }

  private nextFull(): Bucket | undefined {
    const first = this.calendar.first;
    return first?.turn && ageIsFull(first.turn.first.eligibleAt, this.settledAt, this.policy) ? first : undefined;
  }

  private move(bucket: Bucket): void {
    this.remove(bucket);
    this.insert(bucket);
  }

  private insert(bucket: Bucket): void {
    const { policy } = this;
    const first = bucket.jobs.items[0];
    if (first === undefined) return;
    const young = !ageIsFull(first.eligibleAt, this.settledAt, policy);
    bucket.points = weighSize(bucket.shape, policy, this.fleetCpus) + weighUser(bucket.priority, policy);
    const points = bucket.points - (young ? policy.weights.age * (first.eligibleAt / policy.maxAgeMs) : 0);
    bucket.turn = { young, points, first };
    this.buckets.add(bucket);
    this.listOf(bucket, young).insert(bucket);
    if (young) this.calendar.insert(bucket);
  }

  private remove(bucket: Bucket): void {
    if (bucket.turn === null) return;
    this.listOf(bucket, bucket.turn.young).remove(bucket);
    if (bucket.turn.young) this.calendar.remove(bucket);
    bucket.turn = null;
  }

  private listOf(bucket: Bucket, young: boolean): BlockList<Bucket> {
    const line: Line | undefined = bucket.owner.lines[bucket.rank];
    if (line === undefined) throw new RangeError(`there is no class of rank ${bucket.rank}`);
    return young ? line.young : line.old;
  }

  private sortAnew(): void {
    this.stale = false;
    const all = [...this.buckets];
    this.calendar.clear();
    for (const { owner } of all) for (const line of owner.lines) clearLine(line);
    for (const bucket of all) bucket.turn = null;
    for (const bucket of all) this.insert(bucket);
  }
}

function clearLine({ young, old }: Line): void {
  young.clear();
  old.clear();
}
