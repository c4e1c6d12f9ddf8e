import { expect, test } from 'vitest';
import type { NewMember } from '../../src/allocations/allocation-store.ts';
import { makeJobRow } from '../../src/jobs/new-job.ts';
import type { Policy } from '../../src/scheduler/core/model.ts';
import { FleetCopy } from '../../src/scheduler/mirror/fleet-copy.ts';
import { JobShapes } from '../../src/scheduler/mirror/job-shapes.ts';

const POLICY: Policy = {
  weights: { age: 0, fairShare: 0, size: 0, user: 0 },
  maxAgeMs: 1,
  usageHalfLifeMs: 1,
  strategy: 'binpack',
  bookings: 0,
  unlimitedMs: 1_000,
};
const NODE = { name: 'a', cpus: 4, memoryBytes: 0, gpus: [], numa: [], labels: {}, executors: ['process' as const], away: [], load: 0 };
const MEMBER: NewMember = { rank: 0, node: 'a', cpus: 4, cpu_ids: [], numa: null, memory_bytes: 0, gpu_ids: [] };
const ROW = { id: 1, ...makeJobRow({ kind: 'command', name: 'x', user: 'ann', program: { kind: 'command', argv: ['x'] }, cpus: 4 }) };

test('an attempt that was started is not undone by an older row of its job that is told late', () => {
  const copy = new FleetCopy(POLICY, new JobShapes());
  copy.setNode({ node: NODE, address: 'a' });
  copy.setJob({ ...ROW, state: 'starting', attempt: 2 }, 0, [MEMBER]);
  for (const state of ['starting', 'pending'] as const) copy.setJob({ ...ROW, state, attempt: 1 }, 0, [MEMBER]);
  expect([...copy.held.keys()]).toEqual(['1.2@a']);
  expect([...copy.waiting.ids]).toEqual([]);
  expect(copy.fleet.room('a')).toMatchObject({ cpus: 0 });
});
