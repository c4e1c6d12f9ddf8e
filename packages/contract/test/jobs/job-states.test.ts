import { describe, expect, test } from 'vitest';
import { JOB_STATE_RULES, JOB_STATES, jobCan, jobHasEnded } from '@weir/contract';

describe('the states of a job', () => {
  test('an ended job is never left, holds nothing and admits no action', () => {
    for (const state of JOB_STATES.filter((name) => JOB_STATE_RULES[name].terminal)) {
      expect(JOB_STATE_RULES[state]).toMatchObject({ allocated: false, next: [] });
      expect([jobCan.cancel({ state }), jobCan.pause({ state }), jobCan.resume({ state })]).toEqual([false, false, false]);
      expect(jobHasEnded({ state })).toBe(true);
    }
  });

  test('every state can be reached from pending, and an end from every state', () => {
    const reached = new Set<string>(['pending']);
    for (let size = 0; size !== reached.size;) {
      size = reached.size;
      for (const state of JOB_STATES) if (reached.has(state)) for (const next of JOB_STATE_RULES[state].next) reached.add(next);
    }
    expect([...reached].sort()).toEqual([...JOB_STATES].sort());
    for (const state of JOB_STATES.filter((name) => !JOB_STATE_RULES[name].terminal))
      expect(JOB_STATE_RULES[state].next).toContain('cancelled');
  });

  test('only a running job pauses and only a paused one resumes', () => {
    expect(JOB_STATES.filter((state) => jobCan.pause({ state }))).toEqual(['running']);
    expect(JOB_STATES.filter((state) => jobCan.resume({ state }))).toEqual(['paused']);
  });
});
