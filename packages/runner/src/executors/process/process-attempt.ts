import { statSync } from 'node:fs';
import type { ExecutorKind, Outcome } from '@weir/contract/protocol';
import { processIsAlive, type ProcessIdentity } from '@weir/runtime';
import type { AttemptId, AttemptState, StopOrder } from '../executor.ts';
import { LOST, START_STEP, lostState, parseEntry, parseStopCause, voidState, type AttemptEntry, type EntryState } from './attempt-entry.ts';
import type { AttemptFiles } from './attempt-files.ts';
import { readLaunchRecord } from './launch-file.ts';
import { describeStartFailure } from './start-failure.ts';

type ExitState = Extract<EntryState, { kind: 'exit' }>;

/** What does not change about an attempt, and whether it `hasExtras`. */
type AttemptFacts = Pick<ProcessAttempt, 'hasExtras' | 'isContained' | 'executor' | 'starter'>;

/** One attempt as its file shows it, and the orders that are left there for its shim. */
export class ProcessAttempt {
  readonly id: AttemptId;
  state: AttemptState = { kind: 'preparing' };
  /** It has orders or a folder beside its file. */
  hasExtras: boolean;
  /** It has control groups of its own. */
  readonly isContained: boolean;
  readonly executor: ExecutorKind;
  /** What its shim is started with when nobody has claimed it; empty for one that is not launched by this runner. */
  readonly starter: readonly string[];
  readonly #files: AttemptFiles;
  #entry: AttemptEntry;

  constructor(files: AttemptFiles, entry: AttemptEntry, facts: AttemptFacts) {
    this.#files = files;
    this.#entry = entry;
    this.id = entry.id;
    this.hasExtras = facts.hasExtras;
    this.isContained = facts.isContained;
    this.executor = facts.executor;
    this.starter = facts.starter;
  }

  /** The name of its file when it was last seen. */
  get name(): string {
    return this.#entry.name;
  }

  /** Nobody has claimed the attempt, as far as is known: it must be launched again if the spawner was lost. */
  get isUnclaimed(): boolean {
    return this.#entry.state.kind === 'new';
  }

  /** The shim that has it; undefined before the claim and after the end. */
  get shim(): ProcessIdentity | undefined {
    const { state } = this.#entry;
    return 'shim' in state ? state.shim : undefined;
  }

  get shimIsAlive(): boolean {
    return this.shim !== undefined && processIsAlive(this.shim);
  }

  /** Takes over what the file's name says now; answers the state that follows from it. */
  read(entry: AttemptEntry): AttemptState {
    this.#entry = entry;
    const { state } = entry;
    switch (state.kind) {
      case 'new':
      case 'claim':
        return { kind: 'preparing' };
      case 'run':
      case 'frozen':
        return { kind: 'running', startedAt: state.startedAt, paused: state.kind === 'frozen' };
      case 'void':
        return { kind: 'ended', outcome: state.end, startedAt: null, endedAt: Math.round(statSync(this.#files.path(entry.name)).ctimeMs) };
      case 'exit':
        return { kind: 'ended', outcome: this.#outcome(state), startedAt: state.startedAt, endedAt: state.endedAt };
    }
  }

  /** Settles that it is never begun; undefined when a shim has it. */
  void(by: StopOrder['by'] | 'never'): AttemptState | undefined {
    return this.#enter(voidState(by));
  }

  /** Settles that it was lost; undefined when its file says something newer. */
  lose(): AttemptState | undefined {
    const { state } = this.#entry;
    return this.#enter(lostState('startedAt' in state ? state.startedAt : null, Date.now()));
  }

  orderStop(order: StopOrder): void {
    this.hasExtras = true;
    this.#files.orderStop(this.id, order);
    this.wakeShim();
  }

  orderPause(): void {
    this.hasExtras = true;
    this.#files.orderPause(this.id);
    this.wakeShim();
  }

  orderResume(): void {
    this.#files.withdrawOrder(this.id, 'pause');
    this.wakeShim();
  }

  /** Has the shim look at its orders. One that claims the attempt only now looks by itself. */
  wakeShim(): void {
    if (this.isUnclaimed) this.#entry = this.#files.find(this.id) ?? this.#entry;
    if (this.shim !== undefined && processIsAlive(this.shim)) process.kill(this.shim.pid, 'SIGUSR1');
  }

  #enter(state: string): AttemptState | undefined {
    if (!this.#files.enter(this.#entry, state)) return undefined;
    const entry = parseEntry(`${this.id.jobId}.${this.id.attempt}.${state}`);
    return entry === undefined ? undefined : this.read(entry);
  }

  #outcome({ exit }: ExitState): Outcome {
    const { code, signal, cause } = exit;
    if (cause === 'none') return signal === 0 ? { kind: 'exited', code } : { kind: 'signaled', signal };
    if (cause === LOST) return { kind: 'lost', reason: 'process_vanished' };
    if (cause === 'memory') return { kind: 'oom_killed', limitBytes: this.#record().memoryBytes ?? 0 };
    if (cause.startsWith(START_STEP)) {
      return { kind: 'start_failed', message: describeStartFailure(cause.slice(START_STEP.length), code, this.#record()) };
    }
    return { kind: 'stopped', by: parseStopCause(cause), code: signal === 0 ? code : null, signal: signal === 0 ? null : signal };
  }

  #record() {
    return readLaunchRecord(this.#files.path(this.name));
  }
}
