import { AppError, type AttemptReport, type HostFrame, type RunnerFrame } from '@weir/contract';
import type { AttemptService } from '../jobs/attempt-service.ts';
import { listAllocatedJobs } from '../jobs/job-store.ts';
import type { NodeService } from '../nodes/node-service.ts';
import { deliverStart } from '../scheduler/placement-loop.ts';
import type { StageEventService } from '../workflows/stage-event-service.ts';
import type { JobRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { RunnerSession } from './runner-session.ts';
import type { SessionRegistry } from './session-registry.ts';

type Hello = Extract<RunnerFrame, { type: 'hello' }>;

export interface FrameParts {
  readonly store: Store;
  readonly sessions: SessionRegistry;
  readonly nodes: NodeService;
  readonly attempts: AttemptService;
  readonly stageEvents: StageEventService;
  readonly heartbeatMs: number;
  /** Called when a node is ready for orders. */
  readonly onReady: () => void;
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
    const { store, sessions, nodes, heartbeatMs } = this.#parts;
    await nodes.register(session.node, frame.inventory);
    const jobs = await listAllocatedJobs(store.read, session.node);
    const reported = new Map(frame.attempts.map((report) => [keyOf(report), report]));
    const known = jobs.filter((job) => reported.has(keyOfJob(job)));
    sessions.add(session);
    session.send({
      type: 'welcome',
      version: frame.version,
      heartbeatMs,
      attempts: known.map((job) => ({ jobId: job.id, attempt: job.attempt, eventsOffset: job.events_offset })),
    });
    await Promise.all(jobs.map((job) => this.#reconcile(session, job, reported.get(keyOfJob(job)))));
    // Read again: a placement committed before this session was known has been sent to nobody.
    for (const job of await listAllocatedJobs(store.read, session.node)) {
      if (!reported.has(keyOfJob(job)) && job.state === 'starting') deliverStart(sessions, job);
      if (job.stop_by === 'user') session.send(stopFrame(job));
    }
    this.#parts.onReady();
  }

  /** What the store says of a job on the node, and what its runner says: the runner is right about what runs. */
  async #reconcile(session: RunnerSession, job: JobRow, report: AttemptReport | undefined): Promise<void> {
    const { attempts } = this.#parts;
    if (report !== undefined) return this.#acceptReport(session, report);
    const key = { jobId: job.id, attempt: job.attempt, node: session.node };
    if (job.state !== 'starting') await attempts.vanish(key);
    // It was cancelled before its node had the order: nothing has to be started only to be stopped.
    else if (job.stop_by === 'user') await attempts.withdraw(key);
  }

  /** Commits what a frame says and acknowledges it afterwards. */
  async accept(session: RunnerSession, frame: RunnerFrame): Promise<void> {
    switch (frame.type) {
      case 'hello':
        throw new AppError('invalid_input', 'a session has one hello');
      case 'heartbeat':
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

function stopFrame(job: JobRow): HostFrame {
  return { type: 'stop', jobId: job.id, attempt: job.attempt, by: 'user', graceMs: job.grace_ms, signal: 'TERM' };
}

function keyOf(attempt: { jobId: number; attempt: number }): string {
  return `${attempt.jobId}.${attempt.attempt}`;
}

function keyOfJob(job: JobRow): string {
  return keyOf({ jobId: job.id, attempt: job.attempt });
}
