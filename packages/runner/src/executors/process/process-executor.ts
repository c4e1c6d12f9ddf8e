import { mkdirSync } from 'node:fs';
import type { Launch } from '@weir/contract/protocol';
import type { Logger } from '@weir/runtime';
import { errorText } from '../../error-code.ts';
import type { AttemptRecord, Ledger, LedgerEntry } from '../../ledger.ts';
import { jobFolder, outputFile, type NodeFolders } from '../../node-folders.ts';
import {
  attemptKey,
  type AttemptId,
  type AttemptState,
  type Executor,
  type RecoveredAttempt,
  type StateListener,
  type StopOrder,
} from '../executor.ts';
import { AttemptCgroups } from './cgroups/attempt-cgroups.ts';
import type { CgroupLayout } from './cgroups/cgroup-layout.ts';
import { makeJobEnvironment } from './job-environment.ts';
import { writeProgram, type StageRuntime } from './job-program.ts';
import { writeLaunchFile } from './launch-file.ts';
import { Notices } from './notices.ts';
import { killOrphans } from './orphans.ts';
import { ProcessAttempt, type Sight } from './process-attempt.ts';
import { Spawner } from './spawner.ts';

export interface ProcessExecutorOptions {
  readonly folders: NodeFolders;
  readonly ledger: Ledger;
  readonly bootId: string;
  /** The name that jobs see as WEIR_NODE. */
  readonly nodeName: () => string;
  /** Where perl is looked for. */
  readonly searchPath: string;
  readonly baseEnvironment: Readonly<Record<string, string>>;
  readonly stages: StageRuntime;
  /** Where memory limits and pauses may use control groups. */
  readonly cgroups: CgroupLayout;
  readonly log: Logger;
  readonly onChange: StateListener;
}

/** Repairs a notice that was lost, and finds shims that were killed. */
const INSPECT_MS = 1000;
/** A record that was not finished: nothing was begun. */
const UNFINISHED: AttemptRecord = { bootId: '', stage: false, memoryBytes: null };

/** Executes attempts as processes of this node, each under a shim of its own (shim/weir-shim.pl). */
export class ProcessExecutor implements Executor {
  readonly #options: ProcessExecutorOptions;
  readonly #attempts = new Map<string, ProcessAttempt>();
  /** Attempts that could not even be written down. */
  readonly #refused = new Map<string, AttemptState>();
  readonly #cgroups: AttemptCgroups;
  readonly #spawner: Spawner;
  #notices: Notices | undefined;
  #impossible: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ProcessExecutorOptions) {
    this.#options = options;
    const { folders, log, searchPath } = options;
    this.#cgroups = new AttemptCgroups(folders.home, options.cgroups);
    const fifo = `${folders.node}/notices`;
    this.#spawner = new Spawner({
      fifo,
      log,
      searchPath,
      onReady: () => {
        this.#notices ??= new Notices(fifo, (key) => this.#notice(key));
        for (const attempt of this.#attempts.values()) if (attempt.isUnclaimed) this.#spawner.launch(attempt.folder);
      },
      onImpossible: (reason) => this.#refuseAll(reason),
    });
  }

  recover(): readonly RecoveredAttempt[] {
    return this.#options.ledger.list().map((entry) => {
      const attempt = new ProcessAttempt({ ...entry, record: entry.record ?? UNFINISHED });
      this.#attempts.set(attemptKey(entry.id), attempt);
      attempt.state = this.#recoverState(attempt, entry);
      return { id: attempt.id, state: attempt.state, stage: attempt.record.stage };
    });
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
    if (attempt.isUnclaimed && attempt.void(order.by)) this.#see(attempt, attempt.look());
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
    if (attempt.record.memoryBytes !== null) this.#cgroups.remove(id);
    this.#options.ledger.remove(id);
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
    const { folders, ledger, bootId, nodeName, baseEnvironment, stages } = this.#options;
    const record = { bootId, stage: launch.program.kind === 'stage', memoryBytes: launch.memoryBytes };
    const folder = ledger.open(id, record);
    const ofJob = jobFolder(folders, id.jobId);
    mkdirSync(launch.workdir === null ? `${ofJob}/work` : ofJob, { recursive: true });
    const program = writeProgram(folder, launch, stages);
    writeLaunchFile(folder, {
      stdout: outputFile(folders, id, 'stdout'),
      stderr: outputFile(folders, id, 'stderr'),
      workdir: launch.workdir ?? `${ofJob}/work`,
      timeLimitMs: launch.timeLimitMs,
      graceMs: launch.graceMs,
      memory: this.#cgroups.limitMemory(id, launch.memoryBytes),
      freezer: this.#cgroups.freezer(id),
      argv: program.argv,
      env: { ...makeJobEnvironment(baseEnvironment, { id, launch, node: nodeName(), folder: ofJob }), ...program.env },
    });
    this.#attempts.set(attemptKey(id), new ProcessAttempt({ id, folder, record }));
    this.#spawner.launch(folder);
    this.#scheduleInspection();
  }

  /** The program cannot be started; what was written of the attempt is dropped, so that the host may try again after a restart. */
  #refuse(id: AttemptId, message: string): void {
    const now = Date.now();
    const state: AttemptState = { kind: 'ended', outcome: { kind: 'start_failed', message }, startedAt: null, endedAt: now };
    this.#options.log.warn({ ...id, message }, 'an attempt could not be prepared');
    this.#cgroups.remove(id);
    this.#options.ledger.remove(id);
    this.#attempts.delete(attemptKey(id));
    this.#refused.set(attemptKey(id), state);
    this.#options.onChange(id, state);
  }

  #refuseAll(reason: string): void {
    this.#impossible = reason;
    this.#options.log.error({ reason }, 'no job can be started on this node');
    for (const attempt of [...this.#attempts.values()]) {
      if (attempt.isUnclaimed && attempt.void('never')) this.#refuse(attempt.id, reason);
    }
  }

  #recoverState(attempt: ProcessAttempt, entry: LedgerEntry): AttemptState {
    const sameBoot = attempt.record.bootId === this.#options.bootId;
    const lastSeen = attempt.look();
    const neverBegun = entry.record === undefined || (sameBoot && lastSeen.kind === 'preparing');
    if (neverBegun) attempt.void('never');
    const sight = attempt.inspect(sameBoot);
    this.#scheduleInspection();
    if (sight.kind !== 'abandoned') {
      if (sight.kind !== 'ended') attempt.wakeShim(); // an order may have been written without its signal
      return sight;
    }
    return sameBoot ? (this.#clearUp(attempt) ?? lastSeen) : attempt.markLost();
  }

  #living(id: AttemptId): ProcessAttempt | undefined {
    const attempt = this.#attempts.get(attemptKey(id));
    return attempt === undefined || attempt.state.kind === 'ended' ? undefined : attempt;
  }

  #notice(key: string): void {
    const attempt = this.#attempts.get(key);
    if (attempt !== undefined && attempt.state.kind !== 'ended') this.#see(attempt, attempt.look());
  }

  #inspectAll(): void {
    for (const attempt of [...this.#attempts.values()]) {
      if (attempt.state.kind !== 'ended') this.#see(attempt, attempt.inspect(attempt.record.bootId === this.#options.bootId));
    }
    this.#timer = undefined;
    this.#scheduleInspection();
  }

  #scheduleInspection(): void {
    if (this.#timer !== undefined || this.#closed) return;
    for (const attempt of this.#attempts.values()) {
      if (attempt.state.kind === 'ended') continue;
      this.#timer = setTimeout(() => this.#inspectAll(), INSPECT_MS);
      return;
    }
  }

  #see(attempt: ProcessAttempt, sight: Sight): void {
    const state = sight.kind === 'abandoned' ? this.#clearUp(attempt) : sight;
    if (state === undefined || sameState(attempt.state, state)) return;
    attempt.state = state;
    this.#options.onChange(attempt.id, state);
  }

  /** After its shim was killed: ends what is left of the attempt; it is lost once nothing is. */
  #clearUp(attempt: ProcessAttempt): AttemptState | undefined {
    this.#cgroups.thaw(attempt.id);
    const mark = { jobFolder: jobFolder(this.#options.folders, attempt.id.jobId), attempt: attempt.id.attempt };
    const found = killOrphans(mark);
    if (found > 0) this.#options.log.warn({ ...attempt.id, found }, 'ended processes that a killed shim left behind');
    return found > 0 ? undefined : attempt.markLost();
  }
}

function sameState(one: AttemptState, other: AttemptState): boolean {
  if (one.kind !== other.kind) return false;
  return one.kind !== 'running' || other.kind !== 'running' || one.paused === other.paused;
}
