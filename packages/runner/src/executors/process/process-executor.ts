import type { ExecutorKind, Launch } from '@weir/contract/protocol';
import type { Logger } from '@weir/runtime';
import { errorText } from '../../error-code.ts';
import { jobFolder } from '../../node-folders.ts';
import {
  attemptKey,
  type AttemptId,
  type AttemptState,
  type Executor,
  type RecoveredAttempt,
  type StateListener,
  type StopOrder,
} from '../executor.ts';
import { parseEntry, type AttemptEntry } from './attempt-entry.ts';
import type { Containment } from './containment.ts';
import { formatLaunch, readLaunchRecord } from './launch-file.ts';
import { prepareLaunch, type LaunchSite } from './launch-site.ts';
import { Notices } from './notices.ts';
import { killOrphans } from './orphans.ts';
import { ProcessAttempt } from './process-attempt.ts';
import { Spawner } from './spawner.ts';

export interface ProcessExecutorOptions extends LaunchSite {
  /** Where perl is looked for. */
  readonly searchPath: string;
  readonly log: Logger;
  readonly onChange: StateListener;
}

/** Repairs a notice that was lost, and finds shims that were killed. */
const INSPECT_MS = 1000;
/** On a file system without fifos there are no notices. */
const INSPECT_WITHOUT_NOTICES_MS = 50;

/** Executes attempts as processes of this node, each under a shim of its own (shim/weir-shim.pl) and held as its kind of executor does. */
export class ProcessExecutor implements Executor {
  readonly #options: ProcessExecutorOptions;
  readonly #attempts = new Map<string, ProcessAttempt>();
  /** Attempts that could not even be written down. */
  readonly #refused = new Map<string, AttemptState>();
  readonly #spawner: Spawner;
  #notices: Notices | undefined;
  #impossible: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ProcessExecutorOptions) {
    this.#options = options;
    const { folders, log, searchPath } = options;
    const fifo = `${folders.node}/notices`;
    this.#spawner = new Spawner({
      fifo,
      log,
      searchPath,
      onReady: () => {
        this.#notices ??= this.#openNotices(fifo);
        for (const attempt of this.#attempts.values()) if (attempt.isUnclaimed) this.#launch(attempt);
      },
      onImpossible: (reason) => this.#refuseAll(reason),
    });
  }

  recover(): readonly RecoveredAttempt[] {
    const found = this.#options.files.list().map((entry) => this.#recover(entry));
    this.#inspectAll(); // what was claimed while it was looked at
    return found.map(({ attempt, isStage }) => ({ id: attempt.id, state: attempt.state, stage: isStage }));
  }

  start(id: AttemptId, launch: Launch): void {
    const key = attemptKey(id);
    if (this.#attempts.has(key) || this.#refused.has(key)) return;
    try {
      if (this.#impossible !== undefined) throw new Error(this.#impossible);
      this.#prepare(id, launch);
    } catch (error) {
      this.#refuse(id, errorText(error));
    }
  }

  stop(id: AttemptId, order: StopOrder): void {
    const attempt = this.#living(id);
    if (attempt === undefined) return;
    const voided = attempt.isUnclaimed ? this.#void(attempt, order.by) : undefined;
    if (voided !== undefined) this.#settle(attempt, voided);
    else attempt.orderStop(order);
  }

  pause(id: AttemptId): void {
    this.#living(id)?.orderPause();
  }

  resume(id: AttemptId): void {
    this.#living(id)?.orderResume();
  }

  forget(id: AttemptId): void {
    const key = attemptKey(id);
    const attempt = this.#attempts.get(key);
    this.#refused.delete(key);
    if (attempt === undefined) return;
    this.#attempts.delete(key);
    if (attempt.isContained) this.#containment(attempt).remove(id);
    if (attempt.hasExtras) this.#options.files.removeExtras(id);
    this.#options.files.remove(attempt.name);
  }

  state(id: AttemptId): AttemptState | undefined {
    const key = attemptKey(id);
    return this.#attempts.get(key)?.state ?? this.#refused.get(key);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#spawner.close();
    await this.#notices?.close();
  }

  #prepare(id: AttemptId, launch: Launch): void {
    const { files } = this.#options;
    const content = prepareLaunch(this.#options, id, launch);
    const entry = files.create(id, formatLaunch(content));
    const attempt = new ProcessAttempt(files, entry, {
      hasExtras: launch.program.kind !== 'command',
      isContained: content.placement.groups.length > 0,
      executor: launch.executor,
      starter: content.placement.starter,
    });
    this.#attempts.set(attemptKey(id), attempt);
    this.#launch(attempt);
    this.#scheduleInspection();
  }

  #launch(attempt: ProcessAttempt): void {
    this.#spawner.launch(this.#options.files.path(attempt.name), attempt.starter);
  }

  #containment(attempt: ProcessAttempt): Containment {
    return this.#options.containments[attempt.executor];
  }

  /** Settles that an attempt is never begun: what was made for it is not needed. */
  #void(attempt: ProcessAttempt, by: StopOrder['by'] | 'never'): AttemptState | undefined {
    const voided = attempt.void(by);
    if (voided !== undefined && attempt.isContained) this.#containment(attempt).remove(attempt.id);
    return voided;
  }

  /** The program cannot be started; what was written of the attempt is dropped, so that the host may try again after a restart. */
  #refuse(id: AttemptId, message: string): void {
    const state: AttemptState = { kind: 'ended', outcome: { kind: 'start_failed', message }, startedAt: null, endedAt: Date.now() };
    this.#options.log.warn({ ...id, message }, 'an attempt could not be prepared');
    for (const containment of Object.values(this.#options.containments)) containment.remove(id);
    this.#options.files.removeExtras(id);
    this.#attempts.delete(attemptKey(id));
    this.#refused.set(attemptKey(id), state);
    this.#options.onChange(id, state);
  }

  #refuseAll(reason: string): void {
    this.#impossible = reason;
    this.#options.log.error({ reason }, 'no job can be started on this node');
    for (const attempt of [...this.#attempts.values()]) {
      if (!attempt.isUnclaimed || this.#void(attempt, 'never') === undefined) continue;
      this.#options.files.remove(attempt.name);
      this.#refuse(attempt.id, reason);
    }
  }

  /** What was not begun never will be; whether it was begun is not certain after the machine went down. */
  #recover(entry: AttemptEntry): { attempt: ProcessAttempt; isStage: boolean } {
    const { files, bootId } = this.#options;
    const record = readLaunchRecord(files.path(entry.name));
    const attempt = new ProcessAttempt(files, entry, {
      hasExtras: true,
      isContained: record.isContained,
      executor: parseExecutor(record.executor),
      starter: [],
    });
    this.#attempts.set(attemptKey(entry.id), attempt);
    const seen = attempt.read(entry);
    if (seen.kind === 'ended') attempt.state = seen;
    else if (record.bootId !== bootId) attempt.state = attempt.lose() ?? seen;
    else if (attempt.isUnclaimed) attempt.state = this.#void(attempt, 'never') ?? seen;
    else attempt.state = seen;
    attempt.wakeShim(); // an order may have been written without its signal
    return { attempt, isStage: record.isStage };
  }

  #living(id: AttemptId): ProcessAttempt | undefined {
    const attempt = this.#attempts.get(attemptKey(id));
    return attempt === undefined || attempt.state.kind === 'ended' ? undefined : attempt;
  }

  #openNotices(fifo: string): Notices | undefined {
    try {
      return new Notices(fifo, (name) => this.#notice(name));
    } catch (error) {
      this.#options.log.warn({ err: error }, 'shims cannot tell what becomes of jobs: looking for it often instead');
      return undefined;
    }
  }

  /** A shim tells the new name of its attempt's file. An older one than is known already is not there any more. */
  #notice(name: string): void {
    const entry = parseEntry(name);
    const attempt = entry === undefined ? undefined : this.#living(entry.id);
    if (entry === undefined || attempt === undefined) return;
    if (entry.state.kind === 'exit' || this.#options.files.has(name)) this.#settle(attempt, attempt.read(entry));
  }

  #inspectAll(): void {
    const entries = new Map(this.#options.files.list().map((entry) => [attemptKey(entry.id), entry]));
    for (const attempt of [...this.#attempts.values()]) {
      if (attempt.state.kind !== 'ended') this.#inspect(attempt, entries.get(attemptKey(attempt.id)));
    }
    this.#timer = undefined;
    this.#scheduleInspection();
  }

  #inspect(attempt: ProcessAttempt, entry: AttemptEntry | undefined): void {
    if (entry !== undefined) this.#settle(attempt, attempt.read(entry));
    const isWell = attempt.state.kind === 'ended' || attempt.isUnclaimed || attempt.shimIsAlive;
    if (isWell || (entry !== undefined && !this.#options.files.has(entry.name))) return; // it went on meanwhile, and tells so
    const left = this.#clearUp(attempt);
    if (left !== undefined) this.#settle(attempt, left);
  }

  #scheduleInspection(): void {
    if (this.#timer !== undefined || this.#closed) return;
    for (const attempt of this.#attempts.values()) {
      if (attempt.state.kind === 'ended') continue;
      this.#timer = setTimeout(() => this.#inspectAll(), this.#notices === undefined ? INSPECT_WITHOUT_NOTICES_MS : INSPECT_MS);
      return;
    }
  }

  #settle(attempt: ProcessAttempt, state: AttemptState): void {
    if (sameState(attempt.state, state)) return;
    attempt.state = state;
    this.#options.onChange(attempt.id, state);
  }

  /** After its shim was killed: ends what is left of the attempt; it is lost once nothing is. */
  #clearUp(attempt: ProcessAttempt): AttemptState | undefined {
    this.#containment(attempt).thaw(attempt.id);
    const mark = { jobFolder: jobFolder(this.#options.folders, attempt.id.jobId), attempt: attempt.id.attempt };
    const found = killOrphans(mark, this.#containment(attempt).members(attempt.id));
    if (found > 0) this.#options.log.warn({ ...attempt.id, found }, 'ended processes that a killed shim left behind');
    if (found > 0) return undefined;
    this.#containment(attempt).remove(attempt.id);
    return attempt.lose();
  }
}

/** A launch written by a version that knew one kind only is of processes. */
function parseExecutor(text: string): ExecutorKind {
  return text === 'systemd' ? 'systemd' : 'process';
}

function sameState(one: AttemptState, other: AttemptState): boolean {
  if (one.kind !== other.kind) return false;
  return one.kind !== 'running' || other.kind !== 'running' || one.paused === other.paused;
}
