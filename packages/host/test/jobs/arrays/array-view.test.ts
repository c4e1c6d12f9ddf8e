import { expect, test } from 'vitest';
import { viewArray } from '../../../src/jobs/arrays/array-view.ts';
import { countIndices } from '../../../src/jobs/arrays/index-ranges.ts';

test.each([
  ['', 0],
  ['7', 1],
  ['1-3', 3],
  ['1-3,7,10-100', 95],
])('ranges "%s" hold %i indices', (ranges, count) => expect(countIndices(ranges)).toBe(count));

test('tasks are counted by what became of them', () => {
  const record = { spec: '1-10%2', parallel: 2, tasks: 10, waiting: '9-10' };
  const started = new Map([
    ['pending', 1],
    ['starting', 1],
    ['paused', 1],
    ['completed', 2],
    ['failed', 1],
    ['cancelled', 1],
    ['lost', 1],
  ] as const);
  expect(viewArray(record, started)).toEqual({ spec: '1-10%2', parallel: 2, tasks: 10, waiting: 3, active: 2, completed: 2, failed: 3 });
});
