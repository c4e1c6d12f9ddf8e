import { lstatSync } from 'node:fs';
import { processIsAlive, type ProcessIdentity } from '@weir/runtime';
import type { AttemptRecord, LedgerEntry } from '../../ledger.ts';
import type { AttemptId, AttemptState, EndedState, StopOrder } from '../executor.ts';
import {
  claimVoid,
  formatLost,
  formatStop,
  parseClaim,
  parseExit,
  parseStarted,
  parseStop,
  readFact,
  restateFact,
  stateFact,
  withdrawFact,
} from './attempt-facts.ts';
import { readLaunchSubject } from './launch-file.ts';
import { describeStartFailure } from './start-failure.ts';

/** What a look at an attempt's folder shows: its state, or that its shim is gone without having left an end. */
export type Sight = AttemptState | { readonly kind: 'abandoned' };

/** One attempt as its folder shows it, and the orders that are left there for its shim. */
export class ProcessAttempt {
  readonly id: AttemptId;
  readonly folder: string;
  readonly record: AttemptRecord;
  state: AttemptState = { kind: 'preparing' };
  #shim: ProcessIdentity | undefined;
  #startedAt: number | undefined;

  constructor(entry: LedgerEntry & { record: AttemptRecord }) {
    this.id = entry.id;
    this.folder = entry.folder;
    this.record = entry.record;
  }

  /** Nobody has claimed the attempt, as far as is known: its folder must be launched again if the spawner was lost. */
  get isUnclaimed(): boolean {
    return this.state.kind === 'preparing' && this.#shim === undefined;
  }

  /** Reads what the folder says now. */
  look(): AttemptState {
    const end = this.#readEnd();
    if (end !== undefined) return end;
    const claim = this.#shim === undefined ? readFact(this.folder, 'claim') : undefined;
    if (claim !== undefined) {
      const claimed = parseClaim(claim);
      if (claimed.kind === 'void') return { kind: 'ended', outcome: claimed.end, startedAt: null, endedAt: this.#claimedAt() };
      this.#shim = claimed.shim;
    }
    this.#startedAt ??= this.#readStarted();
    if (this.#startedAt === undefined) return { kind: 'preparing' };
    return { kind: 'running', startedAt: this.#startedAt, paused: readFact(this.folder, 'frozen') !== undefined };
  }

  /** Like `look`, and makes sure that there still is a shim. */
  inspect(sameBoot: boolean): Sight {
    const sight = this.look();
    if (sight.kind === 'ended') return sight;
    if (this.#shim === undefined) return sameBoot ? sight : { kind: 'abandoned' };
    if (sameBoot && processIsAlive(this.#shim)) return sight;
    return this.#readEnd() ?? { kind: 'abandoned' };
  }

  /** Settles that the attempt was lost. */
  markLost(): EndedState {
    const now = Date.now();
    stateFact(this.folder, 'exit', formatLost(this.#startedAt ?? null, now));
    return (
      this.#readEnd() ?? {
        kind: 'ended',
        outcome: { kind: 'lost', reason: 'process_vanished' },
        startedAt: this.#startedAt ?? null,
        endedAt: now,
      }
    );
  }

  /** Makes sure that no shim ever starts it; false when one has. */
  void(by: StopOrder['by'] | 'never'): boolean {
    return claimVoid(this.folder, by);
  }

  /** The first order's cause stands; a later one may only shorten the grace. */
  orderStop(order: StopOrder): void {
    const before = readFact(this.folder, 'stop');
    const earlier = before === undefined ? order : parseStop(before);
    restateFact(this.folder, 'stop', formatStop({ by: earlier.by, graceMs: Math.min(earlier.graceMs, order.graceMs) }));
    this.wakeShim();
  }

  orderPause(): void {
    stateFact(this.folder, 'pause', 'paused');
    this.wakeShim();
  }

  orderResume(): void {
    withdrawFact(this.folder, 'pause');
    this.wakeShim();
  }

  /** Has the shim look at its orders; a shim that is only just starting looks by itself. */
  wakeShim(): void {
    this.look();
    if (this.#shim !== undefined && processIsAlive(this.#shim)) process.kill(this.#shim.pid, 'SIGUSR1');
  }

  #readStarted(): number | undefined {
    const started = readFact(this.folder, 'started');
    return started === undefined ? undefined : parseStarted(started);
  }

  #readEnd(): EndedState | undefined {
    const exit = readFact(this.folder, 'exit');
    if (exit === undefined) return undefined;
    return parseExit(exit, {
      memoryBytes: this.record.memoryBytes,
      describeFailure: (step, errno) => describeStartFailure(step, errno, readLaunchSubject(this.folder)),
    });
  }

  #claimedAt(): number {
    return Math.round(lstatSync(`${this.folder}/claim`).mtimeMs);
  }
}
