import type { AttemptReport } from '@weir/contract/protocol';
import type { AttemptId, AttemptState } from './executors/executor.ts';

/**
 * What the host is told of an attempt. An ended one is told as running until all its stage events are acknowledged (`drained`):
 * the end is the last thing the host hears of an attempt.
 */
export function reportAttempt(id: AttemptId, state: AttemptState, drained: boolean): AttemptReport {
  const { jobId, attempt } = id;
  switch (state.kind) {
    case 'preparing':
      return { jobId, attempt, kind: 'preparing' };
    case 'running':
      return { jobId, attempt, kind: 'running', startedAt: toTimestamp(state.startedAt), paused: state.paused };
    case 'ended':
      if (!drained) return { jobId, attempt, kind: 'running', startedAt: toTimestamp(state.startedAt ?? state.endedAt), paused: false };
      return {
        jobId,
        attempt,
        kind: 'ended',
        outcome: state.outcome,
        startedAt: state.startedAt === null ? null : toTimestamp(state.startedAt),
        endedAt: toTimestamp(state.endedAt),
      };
  }
}

/** Equal for reports that tell the host the same. */
export function reportGist(report: AttemptReport): string {
  return report.kind === 'running' ? `running ${report.paused}` : report.kind;
}

function toTimestamp(ms: number): string {
  return new Date(ms).toISOString();
}
