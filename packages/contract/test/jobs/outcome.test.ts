import { expect, test } from 'vitest';
import { describeOutcome, stateAfter, type Outcome } from '@weir/contract';

const CASES: [Outcome, string, string | null][] = [
  [{ kind: 'exited', code: 0 }, 'completed', null],
  [{ kind: 'exited', code: 137 }, 'failed', 'exited with code 137'],
  [{ kind: 'signaled', signal: 9 }, 'failed', 'killed by signal 9'],
  [{ kind: 'stopped', by: 'user', code: null, signal: 15 }, 'cancelled', 'cancelled by request'],
  [{ kind: 'stopped', by: 'time_limit', code: 0, signal: null }, 'timed_out', 'ran into its time limit'],
  [{ kind: 'stopped', by: 'superseded', code: null, signal: 9 }, 'lost', 'superseded by a later attempt'],
  [{ kind: 'oom_killed', limitBytes: 1024 }, 'oom_killed', 'used more than its memory limit of 1024 bytes'],
  [{ kind: 'start_failed', message: 'no such file: /x' }, 'failed', 'could not be started: no such file: /x'],
  [{ kind: 'never_started' }, 'pending', 'was never started on its node'],
  [{ kind: 'lost', reason: 'node_silent' }, 'lost', 'its node stopped answering'],
  [{ kind: 'lost', reason: 'node_removed' }, 'lost', 'its node was removed by force'],
  [{ kind: 'lost', reason: 'process_vanished' }, 'lost', 'its process vanished without a trace'],
];

test.each(CASES)('%j leads to %s', (outcome, state, text) => {
  expect(stateAfter(outcome)).toBe(state);
  expect(describeOutcome(outcome)).toBe(text);
});
