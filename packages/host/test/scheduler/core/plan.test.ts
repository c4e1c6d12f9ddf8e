import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jobCouldEverFit, planPlacements, type PlanJob, type PlanNode, type Snapshot } from '../../../src/scheduler/core/plan.ts';

const GIB = 1024 ** 3;

function node(name: string, over: Partial<PlanNode> = {}): PlanNode {
  const whole = { cpus: 8, memoryBytes: 16 * GIB, gpus: 0, ...over };
  const free = { freeCpus: whole.cpus, freeMemoryBytes: whole.memoryBytes, freeGpuIds: range(whole.gpus) };
  return { name, ...whole, ...free, ...over };
}

function job(id: number, over: Partial<PlanJob> = {}): PlanJob {
  return { id, cpus: 1, memoryBytes: 0, gpus: 0, ...over };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

const where = (snapshot: Snapshot) => Object.fromEntries(planPlacements(snapshot).map(({ jobId, node: name }) => [jobId, name]));

describe('planPlacements', () => {
  test.each<[string, Snapshot, Record<number, string>]>([
    ['no nodes, no placements', { nodes: [], queue: [job(1)] }, {}],
    ['a job goes to the node that is the fullest', { nodes: [node('a'), node('b', { freeCpus: 2 })], queue: [job(1)] }, { 1: 'b' }],
    ['a job passes a full node by', { nodes: [node('a', { freeCpus: 0 }), node('b')], queue: [job(1)] }, { 1: 'b' }],
    [
      'memory alone can keep a job waiting',
      { nodes: [node('a', { freeMemoryBytes: GIB })], queue: [job(1, { memoryBytes: 2 * GIB })] },
      {},
    ],
    [
      'a job that waits keeps its node from those behind it',
      { nodes: [node('a', { freeCpus: 4 })], queue: [job(1, { cpus: 8 }), job(2)] },
      {},
    ],
    [
      'those behind a waiting job start on other nodes',
      { nodes: [node('a', { freeCpus: 4 }), node('b', { cpus: 4, freeCpus: 4 })], queue: [job(1, { cpus: 8 }), job(2)] },
      { 2: 'b' },
    ],
    ['a job that no online node could ever hold keeps nothing', { nodes: [node('a')], queue: [job(1, { cpus: 64 }), job(2)] }, { 2: 'a' }],
    [
      'a job that needs nothing passes a waiting one',
      { nodes: [node('a', { freeCpus: 0 })], queue: [job(1, { cpus: 8 }), job(2, { cpus: 0 })] },
      { 2: 'a' },
    ],
    [
      'a job that needs nothing starts even where more is held than there is',
      { nodes: [node('a', { freeCpus: -2, freeMemoryBytes: -1 })], queue: [job(1, { cpus: 0 })] },
      { 1: 'a' },
    ],
    ['a GPU job waits for a node with GPUs', { nodes: [node('a')], queue: [job(1, { gpus: 1 })] }, {}],
  ])('%s', (_sentence, snapshot, expected) => {
    expect(where(snapshot)).toEqual(expected);
  });

  test('each GPU is given to one job', () => {
    const nodes = [node('a', { gpus: 3, freeGpuIds: [0, 2] })];
    const plan = planPlacements({ nodes, queue: [job(1, { gpus: 1 }), job(2, { gpus: 1 }), job(3, { gpus: 1 })] });
    expect(plan.map(({ jobId, gpuIds }) => [jobId, gpuIds])).toEqual([
      [1, [0]],
      [2, [2]],
    ]);
  });

  test.each<[PlanJob, boolean]>([
    [job(1, { cpus: 8, memoryBytes: 16 * GIB }), true],
    [job(1, { cpus: 9 }), false],
    [job(1, { memoryBytes: 17 * GIB }), false],
    [job(1, { gpus: 1 }), false],
  ])('whether %j could ever run on an empty node is %s', (asked, fits) => {
    expect(jobCouldEverFit(asked, [node('a', { freeCpus: 0 })])).toBe(fits);
  });
});

const anyNode = fc
  .record({ cpus: fc.integer({ min: 1, max: 16 }), memory: fc.integer({ min: 1, max: 64 }), gpus: fc.integer({ min: 0, max: 4 }) })
  .chain(({ cpus, memory, gpus }) =>
    fc.record({
      cpus: fc.constant(cpus),
      memoryBytes: fc.constant(memory),
      gpus: fc.constant(gpus),
      freeCpus: fc.integer({ min: -4, max: cpus }),
      freeMemoryBytes: fc.integer({ min: -4, max: memory }),
      freeGpuIds: fc.subarray(range(gpus)),
    }),
  );
const anyJob = fc.record({
  cpus: fc.integer({ min: 0, max: 20 }),
  memoryBytes: fc.integer({ min: 0, max: 70 }),
  gpus: fc.integer({ min: 0, max: 5 }),
});
const anySnapshot = fc
  .record({ nodes: fc.array(anyNode, { maxLength: 6 }), queue: fc.array(anyJob, { maxLength: 30 }) })
  .map(({ nodes, queue }): Snapshot => ({
    nodes: nodes.map((found, index) => ({ name: `n${index}`, ...found })),
    queue: queue.map((asked, index) => ({ id: index + 1, ...asked })),
  }));

const needsNothing = (asked: PlanJob) => asked.cpus === 0 && asked.memoryBytes === 0 && asked.gpus === 0;

function placed(snapshot: Snapshot, name: string) {
  const plan = planPlacements(snapshot).filter((placement) => placement.node === name);
  return plan.map((placement) => ({ placement, asked: snapshot.queue.find(({ id }) => id === placement.jobId)! }));
}

describe('every plan', () => {
  test('holds no node over its free CPUs, memory and GPUs, and gives a GPU once', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        for (const found of snapshot.nodes) {
          const taken = placed(snapshot, found.name).filter(({ asked }) => !needsNothing(asked));
          const total = (measure: (asked: PlanJob) => number) => taken.reduce((sum, { asked }) => sum + measure(asked), 0);
          if (taken.length === 0) continue;
          expect(total(({ cpus }) => cpus)).toBeLessThanOrEqual(found.freeCpus);
          expect(total(({ memoryBytes }) => memoryBytes)).toBeLessThanOrEqual(found.freeMemoryBytes);
          const gpuIds = taken.flatMap(({ placement }) => placement.gpuIds);
          expect(new Set(gpuIds).size).toBe(gpuIds.length);
          expect(found.freeGpuIds).toEqual(expect.arrayContaining(gpuIds));
          for (const { placement, asked } of taken) expect(placement.gpuIds).toHaveLength(asked.gpus);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('places no job twice, and only jobs and nodes that there are', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        const plan = planPlacements(snapshot);
        const ids = plan.map(({ jobId }) => jobId);
        expect(new Set(ids).size).toBe(ids.length);
        for (const { jobId, node: name } of plan) {
          expect(snapshot.queue.some(({ id }) => id === jobId)).toBe(true);
          expect(snapshot.nodes.some((found) => found.name === name)).toBe(true);
        }
      }),
    );
  });

  test('starts every job that needs nothing while there is a node', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        const started = new Set(planPlacements(snapshot).map(({ jobId }) => jobId));
        const expected = snapshot.nodes.length > 0;
        for (const asked of snapshot.queue.filter(needsNothing)) expect(started.has(asked.id)).toBe(expected);
      }),
    );
  });

  test('leaves a waiting job what it would have had without those behind it', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        const started = new Set(planPlacements(snapshot).map(({ jobId }) => jobId));
        const index = snapshot.queue.findIndex((asked) => !started.has(asked.id) && jobCouldEverFit(asked, snapshot.nodes));
        if (index === -1) return;
        const upTo = { ...snapshot, queue: snapshot.queue.slice(0, index + 1) };
        const counted = (from: Snapshot, name: string) =>
          placed(from, name)
            .filter(({ asked }) => !needsNothing(asked))
            .map(({ asked }) => asked.id);
        const kept = snapshot.nodes.filter(
          (found) =>
            jobCouldEverFit(snapshot.queue[index]!, [found]) && counted(snapshot, found.name).join() === counted(upTo, found.name).join(),
        );
        expect(kept.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  test('is the same for the same snapshot, which it leaves as it was', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        const before = structuredClone(snapshot);
        expect(planPlacements(snapshot)).toEqual(planPlacements(structuredClone(snapshot)));
        expect(snapshot).toEqual(before);
      }),
    );
  });
});
