import { Loop, type Logger } from '@weir/runtime';
import type { Queries, Store } from '../store/store.ts';
import { BeatWatch } from './beat-watch.ts';
import { StaleLeaderError, type Leadership } from './leadership.ts';
import { findLease, insertLease, keepLease, NOBODY, takeLease, type Lease } from './lease-store.ts';

const LEASE = 'scheduler';
const PERIOD_MS = 1_000;
/** Silence of the leader after which a standby takes over. */
const TAKE_OVER_MS = 4_000;

export interface SchedulerLeaseParts {
  readonly store: Store;
  readonly hostId: string;
  readonly log: Logger;
}

/**
 * The leadership of a host among those of a common store.
 *
 * standby   looks at the lease each second; takes it (epoch + 1) when it was given back, when it is ours from an earlier life, or when
 *           its count has not changed for 4 s of our own clock
 * leader    counts the lease up each second; is a standby again when that finds another epoch, or when a fenced write does
 * A leader that cannot reach the store stays one: it can write nothing meanwhile, and its first write afterwards is fenced.
 */
export class SchedulerLease implements Leadership {
  readonly loop: Loop;
  readonly #parts: SchedulerLeaseParts;
  readonly #watch = new BeatWatch(2 * PERIOD_MS);
  readonly #listeners: ((isLeader: boolean) => void)[] = [];
  #epoch: number | undefined;
  #holder: string | undefined;

  constructor(parts: SchedulerLeaseParts) {
    this.#parts = parts;
    this.loop = new Loop({ name: 'scheduler-lease', periodMs: PERIOD_MS, log: parts.log, run: () => this.#round() });
  }

  get isLeader(): boolean {
    return this.#epoch !== undefined;
  }

  /** Id of the host that held the lease when it was last looked at; undefined = nobody. */
  get holder(): string | undefined {
    return this.#holder === NOBODY ? undefined : this.#holder;
  }

  async fence(db: Queries): Promise<void> {
    const lease = await findLease(db, LEASE);
    if (this.#epoch !== undefined && lease?.epoch === this.#epoch && lease.holder === this.#parts.hostId) return;
    this.#become(undefined, lease?.holder);
    throw new StaleLeaderError();
  }

  onChange(listener: (isLeader: boolean) => void): void {
    this.#listeners.push(listener);
  }

  /** Gives the lease back, so that a standby takes over at once. To be called when the loops that need it have ended. */
  async release(): Promise<void> {
    const epoch = this.#epoch;
    if (epoch === undefined) return;
    this.#become(undefined, undefined);
    const held = { name: LEASE, holder: this.#parts.hostId, epoch, next: NOBODY };
    await this.#parts.store.write(({ db }) => keepLease(db, held));
  }

  async #round(): Promise<void> {
    if (this.#epoch !== undefined && (await this.#keep(this.#epoch))) return;
    const lease = await findLease(this.#parts.store.read, LEASE);
    this.#become(undefined, lease?.holder);
    if (lease === undefined || this.#isFree(lease)) await this.#take(lease);
  }

  async #keep(epoch: number): Promise<boolean> {
    const { store, hostId } = this.#parts;
    return store.write(({ db }) => keepLease(db, { name: LEASE, holder: hostId, epoch, next: hostId }));
  }

  #isFree(lease: Lease): boolean {
    const { silentMs } = this.#watch.look(LEASE, `${lease.epoch}.${lease.beat}`);
    return lease.holder === NOBODY || lease.holder === this.#parts.hostId || silentMs >= TAKE_OVER_MS;
  }

  async #take(lease: Lease | undefined): Promise<void> {
    const { store, hostId } = this.#parts;
    const taken = await store.write(({ db }) => (lease === undefined ? insertLease(db, LEASE, hostId) : takeLease(db, lease, hostId)));
    if (taken) this.#become((lease?.epoch ?? 0) + 1, hostId);
  }

  #become(epoch: number | undefined, holder: string | undefined): void {
    const before = this.isLeader;
    this.#epoch = epoch;
    this.#holder = holder;
    if (before === this.isLeader) return;
    this.#watch.clear();
    this.#parts.log.info(
      { isLeader: this.isLeader, epoch, holder },
      this.isLeader ? 'this host schedules now' : 'another host schedules now',
    );
    for (const listener of this.#listeners) listener(this.isLeader);
  }
}
