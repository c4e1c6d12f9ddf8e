import type { Event, EventType, HostFrame } from '@weir/contract';
import type { Logger } from '@weir/runtime';
import { listHeldAllocations, listMembers, toMember, type NewMember } from '../allocations/allocation-store.ts';
import { parseMembers } from '../allocations/parse-members.ts';
import { isGang } from '../jobs/attempt-store.ts';
import { findJob } from '../jobs/job-store.ts';
import type { Committed } from '../store/group-commit.ts';
import type { JobRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { makeFreeze, makeStart, makeStop } from './orders.ts';
import type { SessionRegistry } from './session-registry.ts';

export interface DispatchParts {
  readonly store: Store;
  readonly sessions: SessionRegistry;
  /** How other nodes reach a node. */
  readonly addressOf: (node: string) => string;
  readonly log: Logger;
}

type Order = 'start' | 'stop' | 'freeze';

const ORDERS: Partial<Record<EventType, Order>> = {
  'job.starting': 'start',
  'job.stopping': 'stop',
  'job.preempting': 'stop',
  'job.pausing': 'freeze',
  'job.resuming': 'freeze',
};

/**
 * Gives the runners of this host's sessions the orders that were committed, whoever committed them, in the order of the commits.
 * An order is never lost: a runner that has not got one gets it with its next hello.
 */
export class OrderDispatch {
  readonly #parts: DispatchParts;
  /** Undefined = nothing waits to be read. */
  #tail: Promise<void> | undefined;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
    parts.store.onEvents((batch) => {
      for (const committed of batch) this.#take(committed);
    });
  }

  /** Gives the start of an attempt to a node of it. */
  async start(job: JobRow, node: string): Promise<void> {
    const { store, sessions, addressOf } = this.#parts;
    const members = (await listMembers(store.read, job.id, job.attempt)).map(toMember);
    const own = members.find((member) => member.node === node);
    if (own !== undefined) sessions.find(node)?.start(makeStart(job, own, { members, addressOf }));
  }

  #take(committed: Committed): void {
    const order = ORDERS[committed.event.type];
    if (order === undefined || this.#parts.sessions.size === 0) return;
    const { event, job } = committed;
    // What is at hand is sent at once, unless something before it still has to be read.
    if (this.#tail === undefined && job !== undefined && this.#sendAtOnce(order, event, job)) return;
    const tail = (this.#tail ?? Promise.resolve())
      .then(() => this.#readAndSend(committed, order))
      .catch((error: unknown) =>
        this.#parts.log.error({ err: error, job: event.job_id }, 'an order could not be given: it waits for the next hello'),
      )
      .finally(() => {
        if (this.#tail === tail) this.#tail = undefined;
      });
    this.#tail = tail;
  }

  /** False when the nodes of the order must be read first. */
  #sendAtOnce(order: Order, event: Event, job: JobRow): boolean {
    if (order === 'start') {
      const members = parseMembers(event.data);
      if (members !== undefined) this.#sendStart(job, members);
      return members !== undefined;
    }
    if (job.node === null || isGang(job)) return false;
    this.#send(job.node, order === 'stop' ? makeStop(job) : makeFreeze(job));
    return true;
  }

  async #readAndSend({ event, job: known }: Committed, order: Order): Promise<void> {
    if (event.job_id === null) return;
    const { store } = this.#parts;
    const job = known ?? (await findJob(store.read, event.job_id));
    if (job === undefined || job.attempt !== event.data['attempt']) return;
    const held = (await listHeldAllocations(store.read, [job.id])).filter(({ attempt }) => attempt === job.attempt);
    const members = held.sort((left, right) => left.rank - right.rank).map(toMember);
    if (order === 'start') this.#sendStart(job, members);
    else for (const { node } of members) this.#send(node, order === 'stop' ? makeStop(job) : makeFreeze(job));
  }

  #sendStart(job: JobRow, members: readonly NewMember[]): void {
    const { sessions, addressOf } = this.#parts;
    for (const member of members) sessions.find(member.node)?.start(makeStart(job, member, { members, addressOf }));
  }

  #send(node: string, frame: HostFrame | undefined): void {
    if (frame !== undefined) this.#parts.sessions.find(node)?.send(frame);
  }
}
