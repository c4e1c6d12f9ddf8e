import { AppError, type AttemptReport, type RunnerFrame } from '@weir/contract';
import type { AttemptService } from '../jobs/attempt-service.ts';
import { listAttemptsOnNode, type AttemptOnNode } from '../jobs/attempt-store.ts';
import type { NodeService } from '../nodes/node-service.ts';
import type { StageEventService } from '../workflows/stage-event-service.ts';
import type { JobRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { OrderDispatch } from './order-dispatch.ts';
import { makeFreeze, makeStop } from './orders.ts';
import type { RunnerSession } from './runner-session.ts';
import type { SessionRegistry } from './session-registry.ts';

type Hello = Extract<RunnerFrame, { type: 'hello' }>;

export interface FrameParts {
  readonly store: Store;
  readonly sessions: SessionRegistry;
  readonly nodes: NodeService;
  readonly attempts: AttemptService;
  readonly stageEvents: StageEventService;
  readonly orders: OrderDispatch;
  readonly hostId: string;
  readonly heartbeatMs: number;
  readonly lostAfterMs: number;
}

/** What the host does with each frame of a runner. */
export class FrameService {
  readonly #parts: FrameParts;

  constructor(parts: FrameParts) {
    this.#parts = parts;
  }

  /**
   * Begins a session: compares what the runner has with what the store says.
   * An order that it did not get is given again; an attempt that it has forgotten is lost; one that it should not have is not welcomed.
   * An end that the hello tells is final: a runner tells it only when all event lines of the attempt are acknowledged.
   */
  async hello(session: RunnerSession, frame: Hello): Promise<void> {
    const { store, sessions, nodes, heartbeatMs, lostAfterMs } = this.#parts;
    await nodes.register(session.node, frame.inventory, session.address);
    const attempts = await listAttemptsOnNode(store.read, session.node);
    const reported = new Map(frame.attempts.map((report) => [keyOf(report), report]));
    const known = attempts.filter(({ job }) => reported.has(keyOfJob(job)));
    if (!sessions.add(session)) return;
    session.send({
      type: 'welcome',
      version: frame.version,
      heartbeatMs,
      lostAfterMs,
      storeId: store.id,
      attempts: known.map(({ job }) => ({ jobId: job.id, attempt: job.attempt, eventsOffset: job.events_offset })),
    });
    await Promise.all(attempts.map((attempt) => this.#reconcile(session, attempt, reported.get(keyOfJob(attempt.job)))));
    // Read again: a placement committed before this session was known has been sent to nobody.
    for (const { job, begun } of await listAttemptsOnNode(store.read, session.node)) {
      const report = reported.get(keyOfJob(job));
      if (report === undefined && !begun) await this.#parts.orders.start(job, session.node);
      const stop = makeStop(job);
      if (stop !== undefined) session.send(stop);
      else if (report?.kind === 'running' && report.paused !== (job.pause_wanted === 1)) session.send(makeFreeze(job));
    }
  }

  /** What the store says of a job on the node, and what its runner says: the runner is right about what runs. */
  async #reconcile(session: RunnerSession, { job, begun }: AttemptOnNode, report: AttemptReport | undefined): Promise<void> {
    const { attempts, hostId } = this.#parts;
    if (report !== undefined) return this.#acceptReport(session, report);
    const key = { jobId: job.id, attempt: job.attempt, node: session.node };
    if (begun) await attempts.vanish(key, hostId);
    // It was told to stop before its node had the order: nothing has to be started only to be stopped.
    else if (job.stop_by !== null) await attempts.withdraw(key, hostId);
  }

  /** Commits what a frame says and acknowledges it afterwards. */
  async accept(session: RunnerSession, frame: RunnerFrame): Promise<void> {
    switch (frame.type) {
      case 'hello':
        throw new AppError('invalid_input', 'a session has one hello');
      case 'heartbeat':
        if (frame.usage !== undefined) this.#parts.nodes.onUsage(session.node, frame.usage);
        return;
      case 'report':
        return this.#acceptReport(session, frame.report);
      case 'events': {
        const offset = await this.#parts.stageEvents.store(session.node, frame);
        session.send({ type: 'eventsAck', jobId: frame.jobId, attempt: frame.attempt, offset });
        return;
      }
      case 'logFailed':
        session.failLog(frame.requestId, frame.message);
    }
  }

  async #acceptReport(session: RunnerSession, report: AttemptReport): Promise<void> {
    await this.#parts.attempts.record(session.node, report);
    if (report.kind === 'ended') session.send({ type: 'endedAck', jobId: report.jobId, attempt: report.attempt });
  }
}

function keyOf(attempt: { jobId: number; attempt: number }): string {
  return `${attempt.jobId}.${attempt.attempt}`;
}

function keyOfJob(job: JobRow): string {
  return keyOf({ jobId: job.id, attempt: job.attempt });
}
