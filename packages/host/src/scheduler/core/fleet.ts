import type { JobClass } from '@weir/contract';
import type { Explanation, Fleet, FleetNode, Holding, Member, Plan, Policy, QueuedJob, Room, Start } from './model.ts';
import { chooseMember, spaceHolds } from './nodes/fit.ts';
import { placingAllows } from './nodes/node-filter.ts';
import { NodeRoom } from './nodes/node-room.ts';
import { Space } from './nodes/space.ts';

const RANKS: Record<JobClass, number> = { scavenger: 0, normal: 1, urgent: 2 };

/** An empty fleet under this policy. */
export function createFleet(policy: Policy): Fleet {
  return new SimpleFleet(policy);
}

class SimpleFleet implements Fleet {
  private policy: Policy;
  private readonly nodes = new Map<string, NodeRoom>();
  private readonly jobs = new Map<number, QueuedJob>();

  constructor(policy: Policy) {
    this.policy = policy;
  }

  get waiting(): number {
    return this.jobs.size;
  }

  setNode(node: FleetNode): void {
    const room = this.nodes.get(node.name);
    if (room === undefined) this.nodes.set(node.name, new NodeRoom(node));
    else room.replaceNode(node);
  }

  removeNode(name: string): void {
    this.nodes.delete(name);
  }

  enqueue(job: QueuedJob): void {
    this.jobs.set(job.id, job);
  }

  dequeue(id: number): void {
    this.jobs.delete(id);
  }

  hold(holding: Holding): void {
    const room = this.nodes.get(holding.node);
    if (room === undefined) throw new RangeError(`node ${holding.node} is not known`);
    room.hold(holding);
  }

  release(jobId: number, attempt: number, node?: string): void {
    for (const room of this.nodes.values()) if (node === undefined || room.node.name === node) room.release(jobId, attempt);
  }

  setPolicy(policy: Policy): void {
    this.policy = policy;
  }

  setShares(): void {}

  setLimits(): void {}

  setReservations(): void {}

  plan(now: number): Plan {
    const spaces = new Map([...this.nodes].filter(([, { node }]) => node.ready).map(([name, { space }]) => [name, space.clone()]));
    const starts: Start[] = [];
    const queue = [...this.jobs.values()].filter((job) => job.eligibleAt <= now).sort(byTurn);
    for (const job of queue)
      for (let task = 0; task < job.tasks; task += 1) {
        const members = placeJob(job, spaces);
        if (members === undefined) break;
        for (const member of members) spaces.get(member.node)?.take(member);
        starts.push({ jobId: job.id, members });
      }
    return { starts, bookings: [], preemptions: [] };
  }

  explain(job: QueuedJob, now: number): Explanation {
    const starting = this.plan(now).starts.some(({ jobId }) => jobId === job.id);
    const priority = { total: 0, age: 0, fairShare: 0, size: 0, user: 0 };
    const never = this.refuse(job);
    const kind = starting ? 'starting_now' : never !== null ? 'never_fits' : 'resources';
    const reason = starting ? 'it starts now' : (never ?? 'no node has that much free');
    return { kind, reason, jobsAhead: 0, ahead: [], priority, estimatedStart: starting ? now : null, nodes: [], changes: [] };
  }

  refuse(job: QueuedJob): string | null {
    if (this.nodes.size === 0) return null;
    const fitting = [...this.nodes.values()].filter(({ node }) => placingAllows(job.placing, node) && spaceHolds(new Space(node), job));
    return fitting.length >= job.placing.nodes ? null : `${fitting.length} of ${job.placing.nodes} nodes could ever hold it`;
  }

  room(name: string): Room | undefined {
    const space = this.nodes.get(name)?.space;
    return space && { cpus: space.cpus, memoryBytes: space.memoryBytes, gpuIds: space.gpus.map(({ index }) => index) };
  }

  holdings(name: string): readonly Holding[] {
    return this.nodes.get(name)?.holdings ?? [];
  }
}

function placeJob(job: QueuedJob, spaces: ReadonlyMap<string, Space>): Member[] | undefined {
  const members: Member[] = [];
  for (const space of [...spaces.values()].sort((left, right) => left.cpus - right.cpus)) {
    const member = placingAllows(job.placing, space.node) ? chooseMember(space, job) : undefined;
    if (member !== undefined) members.push(member);
    if (members.length === job.placing.nodes) return members;
  }
  return undefined;
}

function byTurn(left: QueuedJob, right: QueuedJob): number {
  const byClass = RANKS[right.class] - RANKS[left.class];
  return byClass || right.priority - left.priority || left.eligibleAt - right.eligibleAt || left.id - right.id;
}
