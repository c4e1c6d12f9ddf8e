import { JOB_CLASSES } from '@weir/contract';
import type { FleetState } from '../fleet-state.ts';
import type { Booking, Holding, Member, Preemption, Start } from '../model.ts';
import { chooseMember } from '../nodes/fit.ts';
import type { NodeRoom } from '../nodes/node-room.ts';
import { QueueWalk, type Sieve, type Turn } from '../queue/queue-walk.ts';
import { Owner, type Waiting } from '../queue/waiting.ts';
import { windowIsOpenTo } from '../rules/windows.ts';
import type { Shape } from '../shapes.ts';
import { Bookings, type Booked, type Visitor } from './bookings.ts';
import { mayFit, proveTooLarge } from './fit-proofs.ts';
import { findLimit } from './limit-check.ts';
import { chooseNodes } from './node-choice.ts';
import { findClearance, isBeingCleared } from './preemption.ts';

type QueueTurn = NonNullable<ReturnType<QueueWalk['next']>>;

/** For whom nothing is reserved. */
const NOBODY = new Owner({ user: '', account: '', tallies: [] });

/**
 * One walk along the queue: what fits starts, the first that do not are booked, higher classes make room for themselves.
 * What it gives it really takes of the fleet, so that later turns see it; `undo` gives everything back.
 */
export class Pass {
  readonly starts: Start[] = [];
  readonly bookings: Booking[] = [];
  readonly preemptions: Preemption[] = [];
  readonly booked: Bookings;
  private readonly state: FleetState;
  private readonly now: number;
  private readonly id: number;
  private readonly entitled = new Map<Owner, boolean>();
  private readonly undoing: (() => void)[] = [];
  private readonly lastNode: string | null;
  private readonly leftOut: number | undefined;

  /** `leftOut` is a job that is passed over, as if it did not wait. */
  constructor(state: FleetState, now: number, leftOut?: number) {
    this.state = state;
    this.now = now;
    this.leftOut = leftOut;
    this.lastNode = state.lastNode;
    this.id = state.nextId();
    state.queue.order.settle(now);
    this.booked = new Bookings({ table: state.table, forecast: state.forecast, now });
  }

  /** Goes along the queue, up to the first turn for which `stop` is true. */
  run(stop: (turn: Turn) => boolean = () => false): void {
    const { queue, policy } = this.state;
    const walk = new QueueWalk({ owners: queue.everyOwner, policy, now: this.now });
    for (;;) {
      if (this.bookingsAreFull && !walk.isNarrow) walk.narrow(this.makeSieve());
      const turn = walk.next();
      if (turn === undefined || stop(turn)) return;
      if (this.consider(turn)) walk.follow(turn);
    }
  }

  undo(): void {
    for (const step of this.undoing.reverse()) step();
    this.undoing.length = 0;
    this.state.lastNode = this.lastNode;
  }

  /** Nodes on which the job could start now, after those that started before in this pass. */
  findNodes({ shape, owner }: Visitor): readonly NodeRoom[] | undefined {
    const { table, policy, lastNode } = this.state;
    if (!this.isUseful(shape, owner)) return undefined;
    const admits = (room: NodeRoom) => this.booked.admits(room, { shape, owner }, this.now);
    const choice = chooseNodes(table, { shape, strategy: shape.placing.strategy ?? policy.strategy, lastNode, admits });
    if (!choice.hasRoom) proveTooLarge(table, shape);
    else if (choice.rooms === undefined && !this.isEntitled(owner)) shape.rejectedIn = this.id;
    return choice.rooms;
  }

  private get bookingsAreFull(): boolean {
    return this.bookings.length >= this.state.policy.bookings;
  }

  /** Once nobody is booked any more, only shapes that may start matter. */
  private makeSieve(): Sieve {
    const { queue, windows } = this.state;
    const shapes = new Uint8Array(queue.shapes.idsEnd);
    const judge = (shape: Shape) => {
      shapes[shape.id] = mayFit(this.state.table, shape) && (windows.length > 0 || shape.rejectedIn !== this.id) ? 1 : 0;
    };
    for (const shape of queue.shapes.all) {
      if (mayFit(this.state.table, shape)) this.findNodes({ shape, owner: NOBODY });
      judge(shape);
    }
    return {
      shapes,
      isUseful: ({ shape, owner }) => {
        const useful = this.isUseful(shape, owner);
        if (!useful) judge(shape);
        return useful;
      },
    };
  }

  private isUseful(shape: Shape, owner: Owner): boolean {
    return (shape.rejectedIn !== this.id || this.isEntitled(owner)) && mayFit(this.state.table, shape);
  }

  /** True when the next job of the same bucket should have its turn. */
  private consider({ job }: QueueTurn): boolean {
    const { bucket } = job;
    if (job.id === this.leftOut) return true;
    for (let task = 0; task < job.tasks; task += 1) {
      if (findLimit(bucket) !== undefined) return false;
      const rooms = this.findNodes(bucket);
      if (rooms === undefined) return this.book(job);
      const members = chooseMembers(rooms, bucket.shape);
      if (bucket.shape.demand.exclusive && findLimit(bucket, members) !== undefined) return false;
      this.start(job, rooms, members);
    }
    return true;
  }

  private start(job: Waiting, rooms: readonly NodeRoom[], members: readonly Member[]): void {
    const { owner, shape, rank } = job.bucket;
    this.starts.push({ jobId: job.id, members });
    const attempt = -this.starts.length;
    const endsAt = shape.timeLimitMs === null ? null : this.now + shape.timeLimitMs;
    const about = { user: owner.user, account: owner.account, class: JOB_CLASSES[rank] ?? 'normal', startedAt: this.now, endsAt };
    this.undoing.push(() => this.state.release(job.id, attempt));
    for (const [place, room] of rooms.entries()) {
      const member = members[place];
      if (member === undefined) continue;
      const { node, cpus, memoryBytes, gpuIds, numa } = member;
      this.state.holdAnew(room, { jobId: job.id, attempt, node, cpus, memoryBytes, gpuIds, numa, ...about, stopping: false });
    }
  }

  private book(job: Waiting): boolean {
    if (this.bookingsAreFull) return false;
    const { bucket } = job;
    const booked = this.makeRoom(job) ?? this.booked.find(bucket);
    if (booked === undefined) return false;
    this.booked.add(bucket, booked);
    this.bookings.push({ jobId: job.id, startsAt: booked.startsAt, nodes: booked.rooms.map(({ node }) => node.name) });
    return true;
  }

  /** Tells jobs of lower classes to go, unless enough is being freed already. */
  private makeRoom(job: Waiting): Booked | undefined {
    const { bucket } = job;
    if (bucket.rank === 0 || !this.state.table.hasClassBelow(bucket.rank)) return undefined;
    const soon = this.booked.find(bucket);
    if (soon === undefined) return undefined;
    if (soon.startsAt <= this.booked.soonest && soon.rooms.every((room) => isBeingCleared(room, bucket, this.now))) return undefined;
    const admits = (room: NodeRoom, victims: readonly Holding[]) => this.admitsWithout(room, { visitor: bucket, victims });
    const clearance = findClearance(this.state.table, { visitor: bucket, rank: bucket.rank, now: this.now, admits });
    if (clearance === undefined) return undefined;
    for (const { jobId, attempt } of clearance.victims) this.preempt({ jobId, attempt, forJobId: job.id });
    return { startsAt: this.booked.soonest, rooms: clearance.rooms };
  }

  private admitsWithout(room: NodeRoom, { visitor, victims }: { visitor: Visitor; victims: readonly Holding[] }): boolean {
    if (!this.booked.hasSome(room)) return true;
    for (const holding of victims) this.state.hold({ ...holding, stopping: true });
    const admits = this.booked.admits(room, visitor, this.booked.soonest);
    for (const holding of victims) this.state.hold(holding);
    return admits;
  }

  /** The whole attempt goes, on all its nodes. */
  private preempt(preemption: Preemption): void {
    const { jobId, attempt } = preemption;
    if (this.preemptions.some((other) => other.jobId === jobId && other.attempt === attempt)) return;
    this.preemptions.push(preemption);
    for (const part of this.state.partsOf(jobId, attempt)) {
      const { holding } = part;
      this.state.change(part, { ...holding, stopping: true });
      this.undoing.push(() => this.state.change(part, holding));
    }
  }

  private isEntitled(owner: Owner): boolean {
    const { windows } = this.state;
    if (windows.length === 0) return false;
    const known = this.entitled.get(owner) ?? windows.some((window) => windowIsOpenTo(window, owner));
    this.entitled.set(owner, known);
    return known;
  }
}

function chooseMembers(rooms: readonly NodeRoom[], shape: Shape): Member[] {
  return rooms.map((room) => {
    const member = chooseMember(room.space, shape);
    if (member === undefined) throw new RangeError(`node ${room.node.name} was chosen for what it has not free`);
    return member;
  });
}
