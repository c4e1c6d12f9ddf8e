import { JOB_STATE_RULES } from '@weir/contract';
import type { Allocation, NewMember } from '../../allocations/allocation-store.ts';
import { toMember } from '../../allocations/allocation-store.ts';
import { createFleet } from '../core/fleet.ts';
import type { Fleet, FleetNode, Policy, ReservationWindow } from '../core/model.ts';
import { HeldResources } from './held-resources.ts';
import type { JobShapes, QueueRow } from './job-shapes.ts';
import type { KnownNode } from './mirror-store.ts';
import { WaitingJobs } from './waiting-jobs.ts';

/** What a job's new row means for the copy: nothing can start that could not before, something may, or its allocations must be read. */
export type Effect = 'none' | 'room' | 'unknown_allocations';

/** One consistent picture of the fleet and its queue. */
export class FleetCopy {
  readonly fleet: Fleet;
  readonly waiting: WaitingJobs;
  readonly held: HeldResources;
  readonly #nodes = new Map<string, KnownNode>();
  #reservations: readonly ReservationWindow[] = [];

  constructor(policy: Policy, shapes: JobShapes) {
    this.fleet = createFleet(policy);
    this.waiting = new WaitingJobs(this.fleet, shapes);
    this.held = new HeldResources(this.fleet);
  }

  node(name: string): FleetNode | undefined {
    return this.#nodes.get(name)?.node;
  }

  addressOf(name: string): string {
    return this.#nodes.get(name)?.address ?? name;
  }

  get nodes(): Iterable<KnownNode> {
    return this.#nodes.values();
  }

  get reservations(): readonly ReservationWindow[] {
    return this.#reservations;
  }

  setReservations(windows: readonly ReservationWindow[]): void {
    this.#reservations = windows;
    this.fleet.setReservations(windows);
  }

  setNode(known: KnownNode): void {
    const { name } = known.node;
    const load = this.#nodes.get(name)?.node.load ?? 0;
    const node = { ...known.node, load };
    this.#nodes.set(name, { ...known, node });
    this.fleet.setNode(node);
  }

  setLoad(name: string, load: number): void {
    const known = this.#nodes.get(name);
    if (known === undefined) return;
    const node = { ...known.node, load };
    this.#nodes.set(name, { ...known, node });
    this.fleet.setNode(node);
  }

  removeNode(name: string): void {
    this.#nodes.delete(name);
    this.fleet.removeNode(name);
  }

  /**
   * Takes a job as it is now. `members` are what its attempt holds, where the event told it. A row from before an attempt that is known to
   * hold something is told late and changes nothing.
   */
  setJob(row: QueueRow, now: number, members?: readonly NewMember[]): Effect {
    if ((this.held.attemptOf(row.id) ?? 0) > row.attempt) return 'none';
    const rules = JOB_STATE_RULES[row.state];
    if (rules.terminal) {
      this.waiting.drop(row, false);
      this.held.release(row.id);
      return 'room';
    }
    if (!rules.allocated) {
      this.held.release(row.id);
      this.waiting.put(row, now);
      return 'room';
    }
    this.waiting.drop(row, true);
    if (row.array !== null) return 'none';
    if (this.held.attemptOf(row.id) === row.attempt) this.held.update(row);
    else if (members === undefined) return 'unknown_allocations';
    else this.held.hold(row, members, now);
    return 'none';
  }

  /** Books what the store says is held. A node that shrank below what it holds is filled over its size. */
  setHeld(row: QueueRow, allocations: readonly Allocation[]): void {
    const known = allocations.filter(({ node }) => this.#nodes.has(node));
    const members = known.map(toMember);
    const [first] = known;
    if (first === undefined) return;
    try {
      this.held.hold(row, members, first.allocatedAt);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.held.release(row.id);
      this.#overfill(known);
      this.held.hold(row, members, first.allocatedAt);
      for (const { node } of known) this.#restore(node);
    }
  }

  forgetJob(id: number): void {
    this.waiting.forget(id);
    this.held.release(id);
  }

  #overfill(allocations: readonly Allocation[]): void {
    for (const allocation of allocations) {
      const node = this.node(allocation.node);
      if (node === undefined) continue;
      const booked = this.fleet.holdings(node.name);
      const gpuIds = [...booked.flatMap((holding) => holding.gpuIds), ...allocation.gpuIds];
      const missing = gpuIds.filter((id) => !node.gpus.some(({ index }) => index === id));
      this.fleet.setNode({
        ...node,
        cpus: node.cpus + allocation.cpus + booked.reduce((sum, holding) => sum + holding.cpus, 0),
        memoryBytes: node.memoryBytes + allocation.memoryBytes + booked.reduce((sum, holding) => sum + holding.memoryBytes, 0),
        gpus: [...node.gpus, ...missing.map((index) => ({ index, name: '', memoryBytes: 0 }))],
        numa: [],
      });
    }
  }

  #restore(name: string): void {
    const node = this.node(name);
    if (node !== undefined) this.fleet.setNode(node);
  }
}
