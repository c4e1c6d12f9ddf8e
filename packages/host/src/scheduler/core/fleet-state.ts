import { Prospects } from './explanation/prospects.ts';
import type { FleetNode, Holding, Policy, ReservationWindow } from './model.ts';
import { Forecast } from './nodes/forecast.ts';
import { AttemptBook } from './nodes/attempts.ts';
import type { HeldPart, NodeRoom } from './nodes/node-room.ts';
import { NodeTable } from './nodes/node-table.ts';
import { JobQueue } from './queue/job-queue.ts';
import { TallyBook } from './rules/tallies.ts';

/** All that passes decide upon, and the small changes to it. */
export class FleetState {
  readonly table = new NodeTable();
  readonly tallies = new TallyBook();
  readonly queue: JobQueue;
  readonly forecast: Forecast;
  readonly prospects = new Prospects(this.table);
  policy: Policy;
  windows: readonly ReservationWindow[] = [];
  /** The node that was given last. */
  lastNode: string | null = null;
  private lastId = 0;
  private readonly attempts = new AttemptBook();

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
    this.table.remove(room);
    for (const part of room.parts) this.forget(part);
    this.queue.order.setFleetCpus(this.table.cpus);
  }

  /** Throws a RangeError when the node is not known or has not that much free. */
  hold(holding: Holding): void {
    const room = this.table.find(holding.node);
    if (room === undefined) throw new RangeError(`node ${holding.node} is not known`);
    const part = this.partsOf(holding.jobId, holding.attempt).find((other) => other.room === room);
    if (part === undefined) this.holdAnew(room, holding);
    else this.change(part, holding);
  }

  /** The attempt holds nothing there yet. Throws a RangeError when the node has not that much free. */
  holdAnew(room: NodeRoom, holding: Holding): void {
    const part = this.table.hold(room, holding);
    this.lastNode = holding.node;
    this.tell(holding, { jobs: this.attempts.add(part) ? 1 : 0, sign: 1 });
  }

  /** The same attempt holds this instead. Throws a RangeError when the node has not that much free. */
  change(part: HeldPart, holding: Holding): void {
    const before = part.holding;
    this.table.change(part, holding);
    this.tell(before, { jobs: 0, sign: -1 });
    this.tell(holding, { jobs: 0, sign: 1 });
  }

  /** On one node, or wherever the attempt holds something. */
  release(jobId: number, attempt: number, node?: string): void {
    for (const part of this.partsOf(jobId, attempt).toReversed()) {
      if (node !== undefined && part.room.node.name !== node) continue;
      this.table.release(part);
      this.forget(part);
    }
  }

  /** All that the attempt holds. */
  partsOf(jobId: number, attempt: number): readonly HeldPart[] {
    return this.attempts.find(jobId, attempt)?.parts ?? [];
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

  private forget(part: HeldPart): void {
    this.tell(part.holding, { jobs: this.attempts.remove(part) ? 1 : 0, sign: -1 });
  }

  private tell(holding: Holding, { jobs, sign }: { jobs: number; sign: 1 | -1 }): void {
    const amounts = { jobs, cpus: holding.cpus, memoryBytes: holding.memoryBytes, gpus: holding.gpuIds.length };
    this.tallies.user(holding.user).add(amounts, sign);
    this.tallies.account(holding.account).add(amounts, sign);
  }
}
