import type { AttemptReport } from '@weir/contract/protocol';
import { reportAttempt, reportGist } from './attempt-reports.ts';
import type { AttemptId, AttemptState } from './executors/executor.ts';
import type { StageEventsTail } from './stage-events/stage-events-tail.ts';

/** An attempt between its order and the host's acknowledgement of its end. */
export class TrackedAttempt {
  readonly id: AttemptId;
  state: AttemptState;
  /** The host no longer wants it: it is stopped and forgotten without a word. */
  isSuperseded = false;
  /** Follows the events of a stage; undefined for all other jobs. */
  readonly events: StageEventsTail | undefined;
  #told: string | undefined;

  constructor(id: AttemptId, state: AttemptState, events?: StageEventsTail) {
    this.id = id;
    this.state = state;
    this.events = events;
  }

  /** What the host is to be told now. */
  report(): AttemptReport {
    return reportAttempt(this.id, this.state, this.events?.drained ?? true);
  }

  /** What the host has not been told in this session; undefined when it knows. A `preparing` is only told by hello. */
  untold(): AttemptReport | undefined {
    const report = this.report();
    return report.kind === 'preparing' || reportGist(report) === this.#told ? undefined : report;
  }

  /** The host was told that. */
  markTold(report: AttemptReport): void {
    this.#told = reportGist(report);
  }
}
