import type { Policy, QueuedJob, ShareTable } from '../model.ts';
import { FairShare } from '../rules/fair-share.ts';
import { CLASS_RANKS } from '../rules/priority.ts';
import type { TallyBook } from '../rules/tallies.ts';
import { ShapeTable } from '../shapes.ts';
import { QueueOrder } from './queue-order.ts';
import { Bucket, Owner, type Waiting } from './waiting.ts';

/** All waiting jobs, in buckets. */
export class JobQueue {
  readonly shapes = new ShapeTable();
  readonly order: QueueOrder;
  private policy: Policy;
  private fairShare = new FairShare({ shares: new Map(), usage: new Map(), asOf: 0 });
  private readonly tallies: TallyBook;
  private readonly jobs = new Map<number, Waiting>();
  private readonly buckets = new Map<string, Bucket>();
  private readonly owners = new Map<string, Owner>();

  constructor(policy: Policy, tallies: TallyBook) {
    this.policy = policy;
    this.tallies = tallies;
    this.order = new QueueOrder(policy);
  }

  get size(): number {
    return this.jobs.size;
  }

  get everyOwner(): Iterable<Owner> {
    return this.owners.values();
  }

  get everyBucket(): Iterable<Bucket> {
    return this.buckets.values();
  }

  find(id: number): Waiting | undefined {
    return this.jobs.get(id);
  }

  set(job: QueuedJob): void {
    this.remove(job.id);
    const bucket = this.bucketFor(job);
    const waiting: Waiting = { id: job.id, eligibleAt: job.eligibleAt, tasks: job.tasks, bucket };
    this.jobs.set(job.id, waiting);
    if (job.tasks <= 0) return;
    bucket.jobs.insert(waiting);
    this.order.place(bucket);
  }

  remove(id: number): void {
    const waiting = this.jobs.get(id);
    if (waiting === undefined) return;
    const { bucket } = waiting;
    this.jobs.delete(id);
    if (waiting.tasks > 0) bucket.jobs.remove(waiting);
    this.order.place(bucket);
    bucket.members -= 1;
    if (bucket.members === 0) this.forget(bucket);
  }

  setPolicy(policy: Policy): void {
    this.policy = policy;
    this.order.setPolicy(policy);
    this.weighOwners();
  }

  setShares(shares: ShareTable): void {
    this.fairShare = new FairShare(shares);
    this.weighOwners();
  }

  /** A user together with the account that is charged. */
  owner(user: string, account: string): Owner {
    const key = `${account}\u0000${user}`;
    const known = this.owners.get(key);
    if (known !== undefined) return known;
    const owner = new Owner({ user, account, tallies: [this.tallies.user(user), this.tallies.account(account)] });
    this.owners.set(key, owner);
    this.weighOwner(owner);
    return owner;
  }

  private weighOwners(): void {
    for (const owner of this.owners.values()) this.weighOwner(owner);
  }

  private weighOwner(owner: Owner): void {
    owner.points = this.policy.weights.fairShare * this.fairShare.factor(owner.account, owner.user);
  }

  private bucketFor(job: QueuedJob): Bucket {
    const shape = this.shapes.intern(job);
    const rank = CLASS_RANKS[job.class];
    const key = `${shape.id},${rank},${job.priority},${job.account}\u0000${job.user}`;
    let bucket = this.buckets.get(key);
    if (bucket === undefined) {
      bucket = new Bucket({ key, owner: this.owner(job.user, job.account), shape, rank, priority: job.priority });
      shape.buckets += 1;
      this.buckets.set(key, bucket);
    }
    bucket.members += 1;
    return bucket;
  }

  private forget(bucket: Bucket): void {
    this.buckets.delete(bucket.key);
    bucket.shape.buckets -= 1;
    if (bucket.shape.buckets === 0) this.shapes.forget(bucket.shape);
  }
}
