import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JOB_STATE_RULES, JOB_STATES, STAGES, WORKFLOW_STATES, type JobState, type StageState } from '@weir/contract';
import { advance, type Decision, type StageView, type WorkflowView } from '../../../src/workflows/core/advance.ts';

function stage(over: Partial<StageView> = {}): StageView {
  return { name: 'data_fetch', state: 'pending', begun: false, hasResult: false, job: undefined, ...over };
}

function workflow(first: Partial<StageView>, over: Partial<WorkflowView> = {}): WorkflowView {
  const rest = STAGES.slice(1).map((name) => stage({ name }));
  return { state: 'running', cancelRequested: false, filesLost: null, stages: [stage(first), ...rest], ...over };
}

const inState = (state: JobState) => ({ state, reason: `it is ${state}` });

describe('a stage that is not running', () => {
  const states: StageState[] = ['pending', 'failed', 'cancelled'];
  test.each(states)('is submitted when %s', (state) => {
    expect(advance(workflow({ state }))).toEqual({ kind: 'submit', stage: 'data_fetch' });
  });
  test.each(states)('is cancelled instead when %s and the end was asked for', (state) => {
    const decision = advance(workflow({ state }, { cancelRequested: true }));
    expect(decision).toMatchObject({ kind: 'fail', stage: 'data_fetch', state: 'cancelled' });
  });
  test('is submitted again when it runs as a job that is not there', () => {
    expect(advance(workflow({ state: 'running' }))).toEqual({ kind: 'submit', stage: 'data_fetch' });
  });
});

describe('a stage whose files are lost', () => {
  const lost = { filesLost: 'they were on node a' };
  test('fails instead of being submitted, and while its job waits', () => {
    const failed = { kind: 'fail', stage: 'data_fetch', state: 'failed', reason: 'they were on node a' };
    expect(advance(workflow({}, lost))).toEqual(failed);
    expect(advance(workflow({ state: 'running', job: inState('pending') }, lost))).toEqual(failed);
  });
  test('is left to its job while that is on a node, and to a cancel', () => {
    expect(advance(workflow({ state: 'running', begun: true, job: inState('running') }, lost))).toEqual({ kind: 'wait' });
    expect(advance(workflow({}, { ...lost, cancelRequested: true }))).toMatchObject({ kind: 'fail', state: 'cancelled' });
  });
});

/** Rows: the job's state; what follows without a result, with one, and the same two after a cancel. */
const RUNNING: Record<JobState, readonly [string, string, string, string]> = {
  pending: ['wait', 'wait', 'wait', 'wait'],
  starting: ['wait', 'wait', 'wait', 'wait'],
  running: ['begin', 'begin', 'begin', 'begin'],
  paused: ['begin', 'begin', 'begin', 'begin'],
  completed: ['failed', 'complete', 'cancelled', 'complete'],
  failed: ['failed', 'failed', 'cancelled', 'cancelled'],
  cancelled: ['cancelled', 'cancelled', 'cancelled', 'cancelled'],
  timed_out: ['failed', 'failed', 'cancelled', 'cancelled'],
  oom_killed: ['failed', 'failed', 'cancelled', 'cancelled'],
  lost: ['failed', 'failed', 'cancelled', 'cancelled'],
};

const rows = JOB_STATES.flatMap((state) =>
  [0, 1, 2, 3].map((column) => ({ state, hasResult: column % 2 === 1, cancelRequested: column > 1, expected: RUNNING[state][column]! })),
);

describe('a running stage', () => {
  const kindOf = (decision: Decision) => (decision.kind === 'fail' ? decision.state : decision.kind);
  test.each(rows)('with job $state, result $hasResult, cancel $cancelRequested leads to $expected', (row) => {
    const first = { state: 'running' as const, hasResult: row.hasResult, job: inState(row.state) };
    expect(kindOf(advance(workflow(first, { cancelRequested: row.cancelRequested })))).toBe(row.expected);
    const begun = kindOf(advance(workflow({ ...first, begun: true }, { cancelRequested: row.cancelRequested })));
    expect(begun).toBe(row.expected === 'begin' ? 'wait' : row.expected);
  });

  test('fails with the reason of its job, or for having no result', () => {
    const failed = advance(workflow({ state: 'running', job: { state: 'failed', reason: 'exited with code 3' } }));
    expect(failed).toMatchObject({ kind: 'fail', reason: 'exited with code 3' });
    const empty = advance(workflow({ state: 'running', job: { state: 'completed', reason: null } }));
    expect(empty).toMatchObject({ kind: 'fail', reason: 'ended without a result' });
    expect(advance(workflow({ state: 'running', job: { state: 'lost', reason: null } }))).toMatchObject({ reason: 'lost' });
  });
});

test('a workflow whose stages are all completed finishes', () => {
  const stages = STAGES.map((name) => stage({ name, state: 'completed' }));
  expect(advance({ state: 'running', cancelRequested: false, filesLost: null, stages })).toEqual({ kind: 'finish' });
});

test('the first stage that is not completed is the one that moves', () => {
  const stages = STAGES.map((name, index) => stage({ name, state: index < 2 ? 'completed' : 'pending' }));
  expect(advance({ state: 'running', cancelRequested: false, filesLost: null, stages })).toEqual({ kind: 'submit', stage: 'infer' });
});

test.each(WORKFLOW_STATES.filter((state) => state !== 'pending' && state !== 'running'))(
  'a workflow that is %s waits for ever',
  (state) => {
    expect(advance(workflow({}, { state }))).toEqual({ kind: 'wait' });
  },
);

/** The store's part: applies a decision as the engine does. */
function apply(view: WorkflowView, decision: Decision, nextJob: JobState): WorkflowView {
  const change = (name: string, over: Partial<StageView>): WorkflowView => ({
    ...view,
    stages: view.stages.map((row) => (row.name === name ? { ...row, ...over } : row)),
  });
  switch (decision.kind) {
    case 'wait':
      return view;
    case 'submit':
      return { ...change(decision.stage, { state: 'running', begun: false, job: inState(nextJob) }), state: 'running' };
    case 'begin':
      return change(decision.stage, { begun: true });
    case 'complete':
      return change(decision.stage, { state: 'completed' });
    case 'fail':
      return { ...change(decision.stage, { state: decision.state }), state: decision.state };
    case 'finish':
      return { ...view, state: 'completed' };
  }
}

test('from anywhere, applying decisions ends in a wait, and nothing that ended moves again', () => {
  const anyStage = fc.record({
    state: fc.constantFrom(...WORKFLOW_STATES),
    begun: fc.boolean(),
    hasResult: fc.boolean(),
    job: fc.option(fc.constantFrom(...JOB_STATES).map(inState), { nil: undefined }),
  });
  const anyWorkflow = fc.record({
    state: fc.constantFrom(...WORKFLOW_STATES),
    cancelRequested: fc.boolean(),
    filesLost: fc.option(fc.string(), { nil: null }),
    stages: fc
      .tuple(anyStage, anyStage, anyStage, anyStage, anyStage)
      .map((found) => found.map((row, i) => ({ ...row, name: STAGES[i]! }))),
  });
  fc.assert(
    fc.property(anyWorkflow, fc.array(fc.constantFrom(...JOB_STATES), { minLength: 5, maxLength: 5 }), (start, jobs) => {
      let view: WorkflowView = start;
      let submits = 0;
      for (let step = 0; step < 20; step += 1) {
        const decision = advance(view);
        if (decision.kind === 'wait') {
          const active = view.state === 'pending' || view.state === 'running';
          const current = view.stages.find((row) => row.state !== 'completed');
          expect(!active || (current?.job !== undefined && !JOB_STATE_RULES[current.job.state].terminal)).toBe(true);
          return;
        }
        view = apply(view, decision, jobs[submits % jobs.length]!);
        if (decision.kind === 'submit') submits += 1;
      }
      expect.unreachable('it never waits');
    }),
    { numRuns: 1_000 },
  );
});
