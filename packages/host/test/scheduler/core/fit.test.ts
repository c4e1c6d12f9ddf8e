import { describe, expect, test } from 'vitest';
import type { FleetNode, QueuedJob } from '../../../src/scheduler/core/model.ts';
import { GIB, makeFleet, makeGpus, makeHolding, makeJob, makeNode, NOW, whereStarted } from './fleet-world.ts';

const TWO_NUMA = [
  { id: 0, cpuIds: [0, 1, 2, 3], memoryBytes: 8 * GIB },
  { id: 1, cpuIds: [4, 5, 6, 7], memoryBytes: 8 * GIB },
];
const target = (node: string, numa: number | null = null, gpuIds: number[] | null = null) => ({ target: { node, numa, gpuIds } });

describe('a job starts where it fits', () => {
  test.each<[string, FleetNode[], QueuedJob, string[] | undefined]>([
    ['nowhere without nodes', [], makeJob(1), undefined],
    ['on a node with enough CPUs', [makeNode('a', { cpus: 1 }), makeNode('b', { cpus: 4 })], makeJob(1, { cpus: 4 }), ['b']],
    ['on a node with enough memory', [makeNode('a', { memoryBytes: GIB }), makeNode('b')], makeJob(1, { memoryBytes: 2 * GIB }), ['b']],
    [
      'on a node with enough GPUs',
      [makeNode('a', { gpus: makeGpus(1) }), makeNode('b', { gpus: makeGpus(2) })],
      makeJob(1, { gpus: 2 }),
      ['b'],
    ],
    [
      'on a node with GPUs of the type, whatever the case',
      [makeNode('a', { gpus: makeGpus(1, { name: 'H100' }) }), makeNode('b', { gpus: makeGpus(1) })],
      makeJob(1, { gpus: 1, gpuType: 'a100' }),
      ['b'],
    ],
    [
      'on a node whose GPUs have the memory',
      [makeNode('a', { gpus: makeGpus(1) }), makeNode('b', { gpus: makeGpus(1, { memoryBytes: 80 * GIB }) })],
      makeJob(1, { gpus: 1, gpuMemoryBytes: 80 * GIB }),
      ['b'],
    ],
    ['not on a node that is not ready', [makeNode('a', { away: ['drained'] })], makeJob(1), undefined],
    ['not without the executor', [makeNode('a')], makeJob(1, { executor: 'systemd' }), undefined],
    [
      'with all labels',
      [makeNode('a', { labels: { x: '1' } }), makeNode('b', { labels: { x: '1', y: '2' } })],
      makeJob(1, { labels: { x: '1', y: '2' } }),
      ['b'],
    ],
    ['not in another partition', [makeNode('a', { labels: { partition: 'p' } })], makeJob(1, { partition: 'q' }), undefined],
    ['in its partition', [makeNode('a', { labels: { partition: 'p' } })], makeJob(1, { partition: 'p' }), ['a']],
    ['on a node without a partition', [makeNode('a')], makeJob(1, { partition: 'p' }), ['a']],
    ['on its target only', [makeNode('a'), makeNode('b')], makeJob(1, target('b')), ['b']],
    ['not when its target has no such NUMA node', [makeNode('a', { numa: TWO_NUMA })], makeJob(1, target('a', 2)), undefined],
    ['not when its NUMA node is too small', [makeNode('a', { numa: TWO_NUMA })], makeJob(1, { cpus: 5, ...target('a', 1) }), undefined],
    [
      'not when its NUMA node has too little memory',
      [makeNode('a', { numa: TWO_NUMA })],
      makeJob(1, { memoryBytes: 9 * GIB, ...target('a', 1) }),
      undefined,
    ],
    [
      'on a NUMA node with a GPU of which nobody knows where it is attached',
      [makeNode('a', { numa: TWO_NUMA, gpus: makeGpus(1) })],
      makeJob(1, { gpus: 1, ...target('a', 1, [0]) }),
      ['a'],
    ],
    ['not when a named GPU is missing', [makeNode('a', { gpus: makeGpus(1) })], makeJob(1, target('a', null, [1])), undefined],
    ['gang members on different nodes', [makeNode('a'), makeNode('b')], makeJob(1, { nodes: 2 }), ['a', 'b']],
    [
      'a gang not at all when one member has no node',
      [makeNode('a'), makeNode('b', { cpus: 1 })],
      makeJob(1, { nodes: 2, cpus: 2 }),
      undefined,
    ],
  ])('%s', (...[, nodes, job, expected]) => {
    const started = whereStarted(makeFleet({ nodes, queue: [job] }).plan(NOW));
    expect(started).toEqual(expected === undefined ? {} : { 1: expected });
  });

  test('a job that needs nothing has room on a full node', () => {
    const fleet = makeFleet({ nodes: [makeNode('a')], held: [makeHolding(9, 'a', { cpus: 8 })], queue: [makeJob(1, { cpus: 0 })] });
    expect(whereStarted(fleet.plan(NOW))).toEqual({ 1: ['a'] });
  });

  test('an exclusive job needs a node that is wholly free and gets all of it', () => {
    const nodes = [makeNode('a'), makeNode('b', { gpus: makeGpus(2) })];
    const queue = [makeJob(1, { exclusive: true })];
    const fleet = makeFleet({ nodes, held: [makeHolding(9, 'a')], queue });
    expect(fleet.plan(NOW).starts).toEqual([
      { jobId: 1, members: [{ node: 'b', cpus: 8, memoryBytes: 16 * GIB, gpuIds: [0, 1], numa: null }] },
    ]);
  });

  test('named GPUs are the ones that are given', () => {
    const fleet = makeFleet({ nodes: [makeNode('a', { gpus: makeGpus(4) })], queue: [makeJob(1, target('a', null, [3, 1]))] });
    expect(fleet.plan(NOW).starts[0]?.members[0]?.gpuIds).toEqual([1, 3]);
  });

  test('each GPU is given to one job', () => {
    const queue = [makeJob(1, { gpus: 2 }), makeJob(2, { gpus: 2 }), makeJob(3, { gpus: 1 })];
    const { starts } = makeFleet({ nodes: [makeNode('a', { gpus: makeGpus(4) })], queue }).plan(NOW);
    expect(starts.flatMap(({ members }) => members.flatMap(({ gpuIds }) => gpuIds))).toEqual([0, 1, 2, 3]);
  });
});

describe('NUMA', () => {
  test('a member that fits one NUMA node gets the one that is filled best', () => {
    const fleet = makeFleet({
      nodes: [makeNode('a', { numa: TWO_NUMA })],
      held: [makeHolding(9, 'a', { cpus: 2, numa: 1 })],
      queue: [makeJob(1, { cpus: 2 })],
    });
    expect(fleet.plan(NOW).starts[0]?.members[0]?.numa).toBe(1);
  });

  test('the NUMA node of its GPUs goes before', () => {
    const gpus = [{ index: 0, name: 'A100', memoryBytes: GIB, numa: 0 }];
    const held = [makeHolding(9, 'a', { cpus: 2, numa: 1 })];
    const fleet = makeFleet({ nodes: [makeNode('a', { numa: TWO_NUMA, gpus })], held, queue: [makeJob(1, { cpus: 2, gpus: 1 })] });
    expect(fleet.plan(NOW).starts[0]?.members[0]).toMatchObject({ numa: 0, gpuIds: [0] });
  });

  test('a member that fits none is spread', () => {
    const fleet = makeFleet({ nodes: [makeNode('a', { numa: TWO_NUMA })], queue: [makeJob(1, { cpus: 6 })] });
    expect(fleet.plan(NOW).starts[0]?.members[0]?.numa).toBeNull();
  });
});

describe('what is held', () => {
  test('more than is free is refused, and leaves everything as it was', () => {
    const fleet = makeFleet({ nodes: [makeNode('a')], held: [makeHolding(1, 'a', { cpus: 6 })] });
    expect(() => fleet.hold(makeHolding(2, 'a', { cpus: 3 }))).toThrow(RangeError);
    expect(() => fleet.hold(makeHolding(1, 'a', { cpus: 9 }))).toThrow(RangeError);
    expect(() => fleet.hold(makeHolding(2, 'z'))).toThrow(RangeError);
    expect(fleet.room('a')).toEqual({ cpus: 2, memoryBytes: 16 * GIB, gpuIds: [] });
  });

  test('holding again replaces, releasing gives back once', () => {
    const fleet = makeFleet({ nodes: [makeNode('a'), makeNode('b')], held: [makeHolding(1, 'a', { cpus: 6 }), makeHolding(1, 'b')] });
    fleet.hold(makeHolding(1, 'a', { cpus: 5 }));
    expect(fleet.room('a')?.cpus).toBe(3);
    fleet.release(1, 1, 'a');
    fleet.release(1, 1, 'a');
    fleet.release(7, 1);
    expect([fleet.room('a')?.cpus, fleet.room('b')?.cpus]).toEqual([8, 7]);
    fleet.release(1, 1);
    expect(fleet.holdings('b')).toEqual([]);
  });

  test('a node that shrinks below what is held takes nothing until enough is given back', () => {
    const fleet = makeFleet({ nodes: [makeNode('a')], held: [makeHolding(9, 'a', { cpus: 6 })], queue: [makeJob(1)] });
    fleet.setNode(makeNode('a', { cpus: 4 }));
    expect(fleet.plan(NOW).starts).toEqual([]);
    expect(fleet.room('a')?.cpus).toBe(-2);
    fleet.release(9, 1);
    expect(whereStarted(fleet.plan(NOW))).toEqual({ 1: ['a'] });
  });
});
