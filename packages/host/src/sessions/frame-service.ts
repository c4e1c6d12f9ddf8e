import type { HostFrame, RunnerFrame } from '@weir/contract';
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
   * Ends that the hello tells are only noted: the runner reports them again after its event lines.
   */
  async hello(session: RunnerSession, frame: Hello): Promise<void> {
    const { store, sessions, nodes, attempts } = this.#parts;
    await nodes.register(session.node, frame.inventory);
    const jobs = await listAllocatedJobs(store.read, session.node);
    const reported = new Map(frame.attempts.map((report) => [keyOf(report), report]));
    const known = jobs.filter((job) => reported.has(keyOf({ jobId: job.id, attempt: job.attempt })));
    sessions.add(session);
    session.send({
      type: 'welcome',
      version: frame.version,
      heartbeatMs: this.#parts.heartbeatMs,
      attempts: known.map((job) => ({ jobId: job.id, attempt: job.attempt, eventsOffset: job.events_offset })),
    });
    for (const job of jobs) {
      const report = reported.get(keyOf({ jobId: job.id, attempt: job.attempt }));
      if (report?.kind === 'running') await attempts.record(session.node, report);
      if (report === undefined && job.state !== 'starting')
        await attempts.lose({ jobId: job.id, attempt: job.attempt }, 'process_vanished');
    }
    // Read again: a placement committed before this session was known has been sent to nobody.
    for (const job of await listAllocatedJobs(store.read, session.node)) {
      const unknown = !reported.has(keyOf({ jobId: job.id, attempt: job.attempt }));
      if (unknown && job.state === 'starting') deliverStart(sessions, job);
      if (job.cancel_requested === 1) session.send(stopFrame(job));
    }
    this.#parts.onReady();
  }

  /** Commits what a frame says and acknowledges it afterwards. */
  async accept(session: RunnerSession, frame: Exclude<RunnerFrame, Hello>): Promise<void> {
    switch (frame.type) {
      case 'heartbeat':
        return;
      case 'report':
        await this.#parts.attempts.record(session.node, frame.report);
        if (frame.report.kind === 'ended') {
          session.send({ type: 'endedAck', jobId: frame.report.jobId, attempt: frame.report.attempt });
        }
        return;
      case 'events': {
        const offset = await this.#parts.stageEvents.store(frame);
        session.send({ type: 'eventsAck', jobId: frame.jobId, attempt: frame.attempt, offset });
        return;
      }
      case 'logFailed':
        session.failLog(frame.requestId, frame.message);
    }
  }
}

function stopFrame(job: JobRow): HostFrame {
  return { type: 'stop', jobId: job.id, attempt: job.attempt, by: 'user', graceMs: job.grace_ms };
}

function keyOf(attempt: { jobId: number; attempt: number }): string {
  return `${attempt.jobId}.${attempt.attempt}`;
}
