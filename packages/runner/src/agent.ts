import { PROTOCOL_VERSION, type HostFrame, type Inventory, type NodeUsage, type RunnerFrame } from '@weir/contract/protocol';
import type { Logger } from '@weir/runtime';
import { attemptKey, type AttemptId, type AttemptState, type Executor } from './executors/executor.ts';
import { FileOrders } from './file-orders.ts';
import type { HostLink } from './host-link.ts';
import type { NodeFolders } from './node-folders.ts';
import type { Endpoint } from './session/endpoint.ts';
import type { SessionPeer, Welcome } from './session/session.ts';
import type { EventBatch } from './stage-events/event-batch.ts';
import { StageEventsTail } from './stage-events/stage-events-tail.ts';
import { TrackedAttempt } from './tracked-attempt.ts';
import { TrackedAttempts, type StartOrder } from './tracked-attempts.ts';

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

type StopOrder = Extract<HostFrame, { type: 'stop' }>;

/** From TERM to KILL for an attempt that the host no longer wants. */
const SUPERSEDED_GRACE_MS = 5000;

/** Carries out what the host orders and tells it what becomes of it. One writer per fact: the executor knows states, the agent what was told. */
export class Agent implements SessionPeer {
  readonly #options: AgentOptions;
  readonly #attempts = new TrackedAttempts();
  readonly #files: FileOrders;
  /** Attempts in the hello of this session. */
  #greeted: readonly TrackedAttempt[] = [];
  #sessionOver = new AbortController();
  #node = '';

  constructor(options: AgentOptions) {
    this.#options = options;
    const { folders, link, log } = options;
    this.#files = new FileOrders({ folders, link, log, attempts: this.#attempts });
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
    this.#greeted = [...this.#attempts].filter((tracked) => !tracked.isSuperseded);
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
    for (const tracked of this.#attempts) this.#tell(tracked);
  }

  onEnd(): void {
    this.#sessionOver.abort();
    for (const tracked of this.#attempts) tracked.events?.disconnect();
  }

  get hasAttempts(): boolean {
    return [...this.#attempts].some(({ isSuperseded }) => !isSuperseded);
  }

  onShutOut(): void {
    this.#endAll('hosts refuse this node for so long that they have given it up as lost');
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
        return this.#attempts.find(frame)?.events?.acknowledge(frame.offset);
      case 'readLog':
        void this.#files.readLog(frame, this.#sessionOver.signal);
        return;
      case 'forget':
        void this.#files.forgetJob(frame.jobId);
        return;
      case 'removed': {
        this.#endAll('this node was removed');
        return;
      }
      case 'welcome': {
        log.warn('a second welcome in one session is ignored');
        return;
      }
    }
  }

  /** Takes a new state from the executor. */
  onChange(id: AttemptId, state: AttemptState): void {
    const tracked = this.#attempts.change(id, state);
    if (tracked === undefined) return;
    if (tracked.isSuperseded) {
      if (state.kind === 'ended') this.#forget(id);
      for (const { jobId, attempt, launch } of this.#attempts.takeStartable()) this.#options.executor.start({ jobId, attempt }, launch);
      return;
    }
    if (state.kind === 'ended') tracked.events?.finish();
    this.#tell(tracked);
  }

  close(): void {
    this.onEnd();
  }

  #start(order: StartOrder): void {
    const { jobId, attempt, launch } = order;
    if (this.#attempts.find(order) !== undefined) return;
    const tracked = this.#track({ jobId, attempt }, { kind: 'preparing' }, launch.program.kind === 'stage');
    tracked.events?.connect(0);
    if (this.#attempts.isClearing) this.#attempts.postpone(order);
    else this.#options.executor.start(tracked.id, launch);
  }

  /** An order to stop what never arrived is answered, so that the host need not wait for it. */
  #stop(order: StopOrder): void {
    const { jobId, attempt, by, graceMs, signal } = order;
    if (!this.#attempts.withdraw(order) && this.#attempts.find(order) !== undefined) {
      this.#options.executor.stop(order, { by, graceMs, signal });
      return;
    }
    const endedAt = new Date().toISOString();
    const outcome = { kind: 'stopped' as const, by, code: null, signal: null };
    this.#options.link.send({ type: 'report', report: { jobId, attempt, kind: 'ended', outcome, startedAt: null, endedAt } });
  }

  #track(id: AttemptId, state: AttemptState, stage: boolean): TrackedAttempt {
    const tracked: TrackedAttempt = new TrackedAttempt(id, state, stage ? this.#followEvents(id) : undefined);
    this.#attempts.add(tracked);
    if (state.kind === 'ended') tracked.events?.finish();
    return tracked;
  }

  #followEvents(id: AttemptId): StageEventsTail {
    return new StageEventsTail({
      path: this.#options.eventsFile(id),
      send: (batch) => this.#options.link.sendText(formatEvents(id, batch)),
      onDrained: () => {
        const tracked = this.#attempts.find(id);
        if (tracked !== undefined) this.#tell(tracked);
      },
    });
  }

  #tell(tracked: TrackedAttempt): void {
    if (tracked.isSuperseded) return;
    const report = tracked.untold();
    if (report !== undefined && this.#options.link.send({ type: 'report', report })) tracked.markTold(report);
  }

  /** Nobody wants anything of this node any more. */
  #endAll(why: string): void {
    const unwanted = [...this.#attempts].filter((tracked) => !tracked.isSuperseded);
    if (unwanted.length === 0) return;
    this.#options.log.warn({ attempts: unwanted.length }, `${why}: ending all its attempts`);
    for (const tracked of unwanted) this.#supersede(tracked);
  }

  #supersede(tracked: TrackedAttempt): void {
    if (this.#attempts.withdraw(tracked.id)) return;
    this.#options.log.info({ ...tracked.id }, 'the host no longer wants this attempt: stopping it');
    tracked.isSuperseded = true;
    if (tracked.state.kind === 'ended') {
      this.#forget(tracked.id);
      return;
    }
    this.#options.executor.stop(tracked.id, { by: 'superseded', graceMs: SUPERSEDED_GRACE_MS, signal: 'TERM' });
  }

  #forget(id: AttemptId): void {
    const tracked = this.#attempts.find(id);
    if (tracked?.state.kind !== 'ended') return;
    this.#attempts.drop(tracked);
    this.#options.executor.forget(tracked.id);
  }
}

/** Lines are JSON texts already: they are put into the frame as they are, so that it is no longer than the file's bytes. */
function formatEvents(id: AttemptId, batch: EventBatch): string {
  const head = JSON.stringify({ type: 'events', jobId: id.jobId, attempt: id.attempt, offset: batch.offset, nextOffset: batch.nextOffset });
  return `${head.slice(0, -1)},"lines":[${batch.lines.join(',')}]}`;
}
