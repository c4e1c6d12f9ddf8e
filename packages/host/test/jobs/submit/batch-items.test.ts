import { expect, test } from 'vitest';
import { listBatchItems } from '../../../src/jobs/submit/batch-items.ts';

const [a, b] = [{ node: 'a' }, { node: 'b', gpu_ids: [1] }];

const waits = (count: number) => Array.from({ length: count }, (_, id) => ({ kind: 'afterok' as const, job_id: id + 1 }));

test('targets and commands give their product, targets first', () => {
  const items = listBatchItems({ job: { cpus: 2 }, targets: [a, b], commands: [['x'], ['y']] });
  expect(items).toEqual([
    { index: 0, target: a, create: { cpus: 2, command: ['x'], target: a } },
    { index: 1, target: a, create: { cpus: 2, command: ['y'], target: a } },
    { index: 2, target: b, create: { cpus: 2, command: ['x'], target: b } },
    { index: 3, target: b, create: { cpus: 2, command: ['y'], target: b } },
  ]);
});

test('one of the two is enough, and the other comes from the job', () => {
  expect(listBatchItems({ job: { command: ['x'] }, targets: [a] })).toEqual([
    { index: 0, target: a, create: { command: ['x'], target: a } },
  ]);
  expect(listBatchItems({ job: { target: a }, commands: [['x']] })).toEqual([
    { index: 0, target: a, create: { command: ['x'], target: a } },
  ]);
});

test.each([
  [{ job: { command: ['x'] } }, 'targets'],
  [{ job: { command: ['x'] }, commands: [['y']] }, 'job.command'],
  [{ job: { script: 'x' }, commands: [['y']] }, 'job.command'],
  [{ job: { command: ['x'], target: a }, targets: [b] }, 'job.target'],
  [{ job: { array: '1-1001' }, commands: Array.from({ length: 100 }, () => ['x']) }, 'job.array'],
  [{ job: { depends: waits(1_001) }, commands: Array.from({ length: 100 }, () => ['x']) }, 'job.depends'],
  [{ job: {}, targets: Array.from({ length: 101 }, () => a), commands: Array.from({ length: 100 }, () => ['x']) }, 'commands'],
])('what says two things or nothing is refused (%#)', (batch, field) => {
  expect(() => listBatchItems(batch)).toThrow(
    expect.objectContaining({ code: 'invalid_input', detail: expect.objectContaining({ field }) as object }),
  );
});
