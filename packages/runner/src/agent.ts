import { rm } from 'node:fs/promises';
import {
  PROTOCOL_VERSION,
  encodeLogChunk,
  type HostFrame,
  type Inventory,
  type NodeUsage,
  type RunnerFrame,
} from '@weir/contract/protocol';
import type { Logger } from '@weir/runtime';
import { EndWaiters } from './end-waiters.ts';
import { errorText } from './error-code.ts';
import { attemptKey, type AttemptId, type AttemptState, type Executor } from './executors/executor.ts';
import { LogReader, type LiveAttempts, type LogRequest } from './logs/log-reader.ts';
import { jobFolder, type NodeFolders } from './node-folders.ts';
import type { Endpoint } from './session/endpoint.ts';
import type { SessionPeer, Welcome } from './session/session.ts';
import type { EventBatch } from './stage-events/event-batch.ts';
import { StageEventsTail } from './stage-events/stage-events-tail.ts';
import { TrackedAttempt } from './tracked-attempt.ts';

/** The session as the agent uses it. */
export interface HostLink {
  send(frame: RunnerFrame): boolean;
  sendText(text: string): boolean;
  sendBinary(data: Uint8Array): boolean;
}

export interface AgentOptions {
  readonly inventory: Inventory;
  readonly folders: NodeFolders;
  readonly executor: Executor;
  /** The event file of a stage's attempt. */
  readonly eventsFile: (id: AttemptId) => string;
  /** What the node's parts are doing. */
  readonly sampleUsage: () => NodeUsage;
  readonly link: HostLink;
  readonly log: Logger;
}

type Frame<T extends HostFrame['type']> = Extract<HostFrame, { type: T }>;

/** From TERM to KILL for an attempt that the host no longer wants. */
const SUPERSEDED_GRACE_MS = 5000;

/** Carries out what the host orders and tells it what becomes of it. One writer per fact: the executor knows states, the agent what was told. */
export class Agent implements SessionPeer, LiveAttempts {
  readonly #options: AgentOptions;
  readonly #attempts = new Map<string, TrackedAttempt>();
  /** Orders that wait until what the host no longer wants is gone: it still has what they were given. */
  readonly #waiting = new Map<string, Frame<'start'>>();
  readonly #logs: LogReader;
  /** Attempts in the hello of this session. */
  #greeted: readonly TrackedAttempt[] = [];
  #sessionOver = new AbortController();
  readonly #endWaiters = new EndWaiters();
  #node = '';

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#logs = new LogReader(options.folders, this);
  }

  /** The node's name as the host knows it; empty before the first session. */
  get node(): string {
    return this.#node;
  }

  /** Takes over what earlier runner processes left. */
  recover(): void {
    for (const { id, state, stage } of this.#options.executor.recover()) this.#track(id, state, stage);
    if (this.#attempts.size > 0) this.#options.log.info({ attempts: this.#attempts.size }, 'following attempts of an earlier run');
  }

  hello(endpoint: Endpoint): RunnerFrame {
    this.#node = endpoint.node;
    this.#greeted = [...this.#attempts.values()].filter((tracked) => !tracked.isSuperseded);
    const attempts = this.#greeted.map((tracked) => tracked.report());
    for (const [index, report] of attempts.entries()) this.#greeted[index]?.markTold(report);
    return { type: 'hello', version: PROTOCOL_VERSION, node: endpoint.node, inventory: this.#options.inventory, attempts };
  }

  /** A node that cannot be measured still beats. */
  heartbeat(): RunnerFrame {
    try {
      return { type: 'heartbeat', usage: this.#options.sampleUsage() };
    } catch (error) {
      this.#options.log.warn({ err: error }, 'what this node does could not be measured');
      return { type: 'heartbeat' };
    }
  }

  onWelcome(welcome: Welcome): void {
    this.#sessionOver = new AbortController();
    const wanted = new Map(welcome.attempts.map((entry) => [attemptKey(entry), entry.eventsOffset]));
    for (const tracked of this.#greeted) {
      const eventsOffset = wanted.get(attemptKey(tracked.id));
      if (eventsOffset === undefined) this.#supersede(tracked);
      else tracked.events?.connect(eventsOffset);
    }
    for (const tracked of this.#attempts.values()) this.#tell(tracked);
  }

  onEnd(): void {
    this.#sessionOver.abort();
    for (const tracked of this.#attempts.values()) tracked.events?.disconnect();
  }

  onFrame(frame: HostFrame): void {
    const { executor, log } = this.#options;
    switch (frame.type) {
      case 'start': {
        this.#start(frame);
        return;
      }
      case 'stop': {
        this.#stop(frame);
        return;
      }
      case 'pause': {
        executor.pause(frame);
        return;
      }
      case 'resume': {
        executor.resume(frame);
        return;
      }
      case 'endedAck': {
        this.#forget(frame);
        return;
      }
      case 'eventsAck':
        return this.#attempts.get(attemptKey(frame))?.events?.acknowledge(frame.offset);
      case 'readLog':
        void this.#readLog(frame);
        return;
      case 'forget':
        void this.#forgetJob(frame.jobId);
        return;
      case 'welcome': {
        log.warn('a second welcome in one session is ignored');
        return;
      }
    }
  }

  /** Takes a new state from the executor. */
  onChange(id: AttemptId, state: AttemptState): void {
    const tracked = this.#attempts.get(attemptKey(id));
    if (tracked === undefined) return;
    tracked.state = state;
    if (state.kind === 'ended') this.#endWaiters.wake(id);
    if (tracked.isSuperseded) {
      if (state.kind === 'ended') this.#forget(id);
      this.#startWaiting();
      return;
    }
    if (state.kind === 'ended') tracked.events?.finish();
    this.#tell(tracked);
  }

  isLive(id: AttemptId): boolean {
    const tracked = this.#attempts.get(attemptKey(id));
    return tracked !== undefined && tracked.state.kind !== 'ended';
  }

  whenEnded(id: AttemptId, signal: AbortSignal): Promise<void> {
    return !this.isLive(id) || signal.aborted ? Promise.resolve() : this.#endWaiters.wait(id, signal);
  }

  close(): void {
    this.onEnd();
  }

  #start(frame: Frame<'start'>): void {
    const { jobId, attempt, launch } = frame;
    const key = attemptKey(frame);
    if (this.#attempts.has(key)) return;
    const tracked = this.#track({ jobId, attempt }, { kind: 'preparing' }, launch.program.kind === 'stage');
    tracked.events?.connect(0);
    if (this.#isClearing()) this.#waiting.set(key, frame);
    else this.#options.executor.start(tracked.id, launch);
  }

  #isClearing(): boolean {
    return [...this.#attempts.values()].some(({ isSuperseded }) => isSuperseded);
  }

  #startWaiting(): void {
    if (this.#isClearing()) return;
    for (const { jobId, attempt, launch } of this.#waiting.values()) this.#options.executor.start({ jobId, attempt }, launch);
    this.#waiting.clear();
  }

  /** Drops an order that has not been begun; false when there is none. */
  #withdraw(id: AttemptId): boolean {
    const key = attemptKey(id);
    if (!this.#waiting.delete(key)) return false;
    this.#attempts.get(key)?.events?.close();
    this.#attempts.delete(key);
    return true;
  }

  /** An order to stop what never arrived is answered, so that the host need not wait for it. */
  #stop(frame: Frame<'stop'>): void {
    const { jobId, attempt, by, graceMs, signal } = frame;
    if (!this.#withdraw(frame) && this.#attempts.has(attemptKey(frame))) {
      this.#options.executor.stop(frame, { by, graceMs, signal });
      return;
    }
    const endedAt = new Date().toISOString();
    const outcome = { kind: 'stopped' as const, by, code: null, signal: null };
    this.#options.link.send({ type: 'report', report: { jobId, attempt, kind: 'ended', outcome, startedAt: null, endedAt } });
  }

  #track(id: AttemptId, state: AttemptState, stage: boolean): TrackedAttempt {
    const tracked: TrackedAttempt = new TrackedAttempt(id, state, stage ? this.#followEvents(id) : undefined);
    this.#attempts.set(attemptKey(id), tracked);
    if (state.kind === 'ended') tracked.events?.finish();
    return tracked;
  }

  #followEvents(id: AttemptId): StageEventsTail {
    return new StageEventsTail({
      path: this.#options.eventsFile(id),
      send: (batch) => this.#options.link.sendText(formatEvents(id, batch)),
      onDrained: () => {
        const tracked = this.#attempts.get(attemptKey(id));
        if (tracked !== undefined) this.#tell(tracked);
      },
    });
  }

  #tell(tracked: TrackedAttempt): void {
    if (tracked.isSuperseded) return;
    const report = tracked.untold();
    if (report !== undefined && this.#options.link.send({ type: 'report', report })) tracked.markTold(report);
  }

  #supersede(tracked: TrackedAttempt): void {
    if (this.#withdraw(tracked.id)) return;
    this.#options.log.info({ ...tracked.id }, 'the host no longer wants this attempt: stopping it');
    tracked.isSuperseded = true;
    if (tracked.state.kind === 'ended') {
      this.#forget(tracked.id);
      return;
    }
    this.#options.executor.stop(tracked.id, { by: 'superseded', graceMs: SUPERSEDED_GRACE_MS, signal: 'TERM' });
  }

  #forget(id: AttemptId): void {
    const tracked = this.#attempts.get(attemptKey(id));
    if (tracked?.state.kind !== 'ended') return;
    tracked.events?.close();
    this.#attempts.delete(attemptKey(id));
    this.#options.executor.forget(tracked.id);
  }

  async #readLog(request: LogRequest): Promise<void> {
    const { link, log } = this.#options;
    const { requestId } = request;
    const over = this.#sessionOver.signal;
    try {
      const chunk = await this.#logs.read(request, over);
      if (over.aborted) return;
      if (chunk !== undefined) link.sendBinary(encodeLogChunk(chunk));
      else
        link.send({
          type: 'logFailed',
          requestId,
          message: `this node has no ${request.stream} of job ${request.jobId}, attempt ${request.attempt}`,
        });
    } catch (error) {
      log.warn({ err: error, jobId: request.jobId }, 'a log could not be read');
      if (!over.aborted) link.send({ type: 'logFailed', requestId, message: `the log cannot be read: ${errorText(error)}` });
    }
  }

  async #forgetJob(jobId: number): Promise<void> {
    const { folders, log } = this.#options;
    const isLive = [...this.#attempts.values()].some((tracked) => tracked.id.jobId === jobId && tracked.state.kind !== 'ended');
    if (isLive) {
      log.warn({ jobId }, 'the files of a job that still runs are not deleted');
      return;
    }
    try {
      await rm(jobFolder(folders, jobId), { recursive: true, force: true });
    } catch (error) {
      log.warn({ err: error, jobId }, 'the files of a job could not be deleted');
    }
  }
}

/** Lines are JSON texts already: they are put into the frame as they are, so that it is no longer than the file's bytes. */
function formatEvents(id: AttemptId, batch: EventBatch): string {
  const head = JSON.stringify({ type: 'events', jobId: id.jobId, attempt: id.attempt, offset: batch.offset, nextOffset: batch.nextOffset });
  return `${head.slice(0, -1)},"lines":[${batch.lines.join(',')}]}`;
}
