import type { FleetNode, Holding, Policy, ReservationWindow } from './model.ts';
import { Forecast } from './nodes/forecast.ts';
import { attemptKey, type NodeRoom } from './nodes/node-room.ts';
import { NodeTable } from './nodes/node-table.ts';
import { JobQueue } from './queue/job-queue.ts';
import { TallyBook } from './rules/tallies.ts';

/** All that passes decide upon, and the small changes to it. */
export class FleetState {
  readonly table = new NodeTable();
  readonly tallies = new TallyBook();
  readonly queue: JobQueue;
  readonly forecast: Forecast;
  policy: Policy;
  windows: readonly ReservationWindow[] = [];
  /** The node that was given last. */
  lastNode: string | null = null;
  private lastId = 0;
  private readonly attempts = new Map<string, NodeRoom[]>();

  constructor(policy: Policy) {
    this.policy = policy;
    this.queue = new JobQueue(policy, this.tallies);
    this.forecast = new Forecast(this.table, policy.unlimitedMs);
  }

  /** Another for each pass. */
  nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  setNode(node: FleetNode): void {
    this.table.set(node);
    this.queue.order.setFleetCpus(this.table.cpus);
  }

  removeNode(name: string): void {
    const room = this.table.find(name);
    if (room === undefined) return;
    for (const holding of this.table.remove(name)) this.forget(room, holding);
    this.queue.order.setFleetCpus(this.table.cpus);
  }

  /** Throws a RangeError when the node is not known or has not that much free. */
  hold(holding: Holding): void {
    const room = this.table.find(holding.node);
    if (room === undefined) throw new RangeError(`node ${holding.node} is not known`);
    const before = this.table.hold(room, holding);
    if (before === undefined) this.lastNode = holding.node;
    else this.forget(room, before);
    this.remember(room, holding);
  }

  /** On one node, or wherever the attempt holds something. */
  release(jobId: number, attempt: number, node?: string): void {
    for (const room of this.roomsOf(jobId, attempt)) {
      if (node !== undefined && room.node.name !== node) continue;
      const holding = this.table.release(room, { jobId, attempt });
      if (holding !== undefined) this.forget(room, holding);
    }
  }

  /** All nodes on which the attempt holds something. */
  roomsOf(jobId: number, attempt: number): readonly NodeRoom[] {
    return this.attempts.get(attemptKey(jobId, attempt))?.slice() ?? [];
  }

  setPolicy(policy: Policy): void {
    this.policy = policy;
    this.queue.setPolicy(policy);
    this.forecast.setUnlimitedMs(policy.unlimitedMs);
  }

  setReservations(windows: readonly ReservationWindow[]): void {
    this.windows = windows;
    this.table.setWindows(windows);
  }

  private remember(room: NodeRoom, holding: Holding): void {
    const key = attemptKey(holding.jobId, holding.attempt);
    const rooms = this.attempts.get(key);
    if (rooms === undefined) this.attempts.set(key, [room]);
    else rooms.push(room);
    this.tell(holding, { jobs: rooms === undefined ? 1 : 0, sign: 1 });
  }

  private forget(room: NodeRoom, holding: Holding): void {
    const key = attemptKey(holding.jobId, holding.attempt);
    const rooms = this.attempts.get(key) ?? [];
    const last = rooms.length === 1;
    if (last) this.attempts.delete(key);
    else rooms.splice(rooms.indexOf(room), 1);
    this.tell(holding, { jobs: last ? 1 : 0, sign: -1 });
  }

  private tell(holding: Holding, { jobs, sign }: { jobs: number; sign: 1 | -1 }): void {
    const amounts = { jobs, cpus: holding.cpus, memoryBytes: holding.memoryBytes, gpus: holding.gpuIds.length };
    this.tallies.user(holding.user).add(amounts, sign);
    this.tallies.account(holding.account).add(amounts, sign);
  }
}
