import { describe, expect, test } from 'vitest';
import type { FleetNode, Holding, QueuedJob } from '../../../src/scheduler/core/model.ts';
import { GIB, HOUR, makeFleet, makeGpus, makeHolding, makeJob, makeNode, NOW } from './fleet-world.ts';

const full = (node: string, over: Partial<Holding> = {}) => makeHolding(90, node, { cpus: 6, endsAt: NOW + HOUR, ...over });
const target = (node: string, numa: number | null = null, gpuIds: number[] | null = null) => ({ target: { node, numa, gpuIds } });

describe('explain', () => {
  test('a job that starts now says where', () => {
    const explained = makeFleet({ nodes: [makeNode('a')] }).explain(makeJob(1), NOW);
    expect(explained).toMatchObject({ kind: 'starting_now', reason: 'it starts now on a', estimatedStart: NOW, nodes: ['a'], changes: [] });
  });

  test('without a ready node', () => {
    expect(makeFleet({ nodes: [makeNode('a', { away: ['drained'] })] }).explain(makeJob(1), NOW)).toMatchObject({
      kind: 'no_nodes',
      reason: 'no node that could hold it is ready: a is drained',
    });
  });

  test('of a job that can never fit says so, and what would', () => {
    expect(makeFleet({ nodes: [makeNode('a')] }).explain(makeJob(1, { cpus: 9 }), NOW)).toMatchObject({
      kind: 'never_fits',
      reason: 'no node that it may use has 9 CPUs; the largest: a: 8 CPUs, 16 GiB',
      estimatedStart: null,
      changes: [{ field: 'cpus', from: 9, to: 8, node: 'a' }],
    });
  });

  test.each<[string, FleetNode[], Holding[], QueuedJob, unknown[]]>([
    ['fewer CPUs', [makeNode('a')], [full('a')], makeJob(1, { cpus: 4 }), [{ field: 'cpus', from: 4, to: 2, node: 'a' }]],
    [
      'less memory',
      [makeNode('a')],
      [full('a', { memoryBytes: 10 * GIB })],
      makeJob(1, { memoryBytes: 8 * GIB }),
      [{ field: 'memory_bytes', from: 8 * GIB, to: 6 * GIB, node: 'a' }],
    ],
    [
      'fewer GPUs',
      [makeNode('a', { gpus: makeGpus(2) })],
      [full('a', { gpuIds: [0] })],
      makeJob(1, { gpus: 2 }),
      [{ field: 'gpus', from: 2, to: 1, node: 'a' }],
    ],
    [
      'another type of GPU, or none',
      [makeNode('a', { gpus: makeGpus(1) }), makeNode('b', { gpus: makeGpus(1, { name: 'L4' }) })],
      [full('a', { gpuIds: [0] })],
      makeJob(1, { gpus: 1, gpuType: 'a100' }),
      [
        { field: 'gpus', from: 1, to: 0, node: 'a' },
        { field: 'gpu_type', from: 'a100', to: 'l4', node: 'b' },
      ],
    ],
    [
      'GPUs with less memory',
      [makeNode('a', { gpus: makeGpus(1) }), makeNode('b', { gpus: makeGpus(1, { memoryBytes: 24 * GIB }) })],
      [full('a', { gpuIds: [0] })],
      makeJob(1, { gpus: 1, gpuMemoryBytes: 40 * GIB }),
      [
        { field: 'gpus', from: 1, to: 0, node: 'a' },
        { field: 'gpu_memory_bytes', from: 40 * GIB, to: 24 * GIB, node: 'b' },
      ],
    ],
    [
      'fewer nodes',
      [makeNode('a'), makeNode('b')],
      [full('a', { cpus: 8 })],
      makeJob(1, { nodes: 2 }),
      [{ field: 'nodes', from: 2, to: 1, node: 'b' }],
    ],
    [
      'not exclusive',
      [makeNode('a')],
      [full('a')],
      makeJob(1, { exclusive: true }),
      [{ field: 'exclusive', from: 'true', to: 'false', node: 'a' }],
    ],
    [
      'without its target',
      [makeNode('a'), makeNode('b')],
      [full('a', { cpus: 8 })],
      makeJob(1, target('a')),
      [{ field: 'target', from: 'a', to: null, node: 'b' }],
    ],
    [
      'without its labels',
      [makeNode('a', { labels: { x: '1' } }), makeNode('b')],
      [full('a', { cpus: 8 })],
      makeJob(1, { labels: { x: '1' } }),
      [{ field: 'labels', from: 'x=1', to: null, node: 'b' }],
    ],
    [
      'without its partition',
      [makeNode('a'), makeNode('b', { labels: { partition: 'q' } })],
      [full('a', { cpus: 8 })],
      makeJob(1, { partition: 'p' }),
      [{ field: 'partition', from: 'p', to: null, node: 'b' }],
    ],
    ['nothing', [makeNode('a')], [full('a', { cpus: 8 })], makeJob(1), []],
  ])('the smallest change is %s', (...[, nodes, held, job, changes]) => {
    const explained = makeFleet({ nodes, held, queue: [job] }).explain(job, NOW);
    expect(explained.kind).toBe('resources');
    expect(explained.estimatedStart).toBe(NOW + HOUR);
    expect(explained.changes).toEqual(changes);
  });

  test('a shorter limit lets it start before the jobs ahead', () => {
    const queue = [makeJob(1, { cpus: 8 }), makeJob(2, { cpus: 2, timeLimitMs: 3 * HOUR, eligibleAt: NOW })];
    const fleet = makeFleet({ nodes: [makeNode('a')], held: [full('a')], queue });
    expect(fleet.explain(queue[1]!, NOW)).toMatchObject({
      kind: 'priority',
      jobsAhead: 1,
      ahead: [1],
      changes: [{ field: 'time_limit_ms', from: 3 * HOUR, to: HOUR, node: 'a' }],
    });
  });

  test('a job that is only thought of takes its place in the queue, and nothing changes', () => {
    const queue = Array.from({ length: 30 }, (_, index) => makeJob(index + 1, { cpus: 8, user: `u${index % 3}`, priority: index % 2 }));
    const fleet = makeFleet({ nodes: [makeNode('a')], held: [full('a')], queue });
    const plan = fleet.plan(NOW);
    const explained = fleet.explain(makeJob(99, { cpus: 8 }), NOW);
    expect(explained).toMatchObject({ jobsAhead: 30, kind: 'resources' });
    expect(explained.ahead).toHaveLength(20);
    expect(explained.ahead.slice(0, 2)).toEqual([2, 4]);
    expect(fleet.explain(makeJob(99, { class: 'urgent' }), NOW)).toMatchObject({ jobsAhead: 0, kind: 'starting_now' });
    expect(fleet.explain(queue[29]!, NOW).jobsAhead).toBe(14);
    expect(fleet.plan(NOW)).toEqual(plan);
    expect(fleet.waiting).toBe(30);
  });
});

describe('refuse', () => {
  const nodes = [makeNode('a', { gpus: makeGpus(1), labels: { partition: 'p' } }), makeNode('b', { cpus: 4, away: ['drained'] })];

  test.each<[Parameters<typeof makeJob>[1], string | null]>([
    [{}, null],
    [{ cpus: 4, nodes: 2 }, null],
    [{ cpus: 9 }, 'no node that it may use has 9 CPUs; the largest: a: 8 CPUs, 16 GiB, 1 GPU (NVIDIA A100); b: 4 CPUs, 16 GiB'],
    [{ gpus: 2 }, 'no node that it may use has 1 CPU, 2 GPUs; the largest: a: 8 CPUs, 16 GiB, 1 GPU (NVIDIA A100); b: 4 CPUs, 16 GiB'],
    [
      { cpus: 5, nodes: 2 },
      'it asks for 2 nodes with 5 CPUs, and only 1 could ever hold that: a: 8 CPUs, 16 GiB, 1 GPU (NVIDIA A100); b: 4 CPUs, 16 GiB',
    ],
    [target('z'), 'there is no node z: name one that is listed, or leave the target out'],
    [target('a', 0), 'node a has no NUMA node 0'],
    [target('a', null, [3]), 'node a has no GPU 3: it has 1 GPU'],
    [{ labels: { x: '1' } }, 'no node has the labels x=1'],
    [{ executor: 'systemd' }, 'no node offers the executor systemd'],
    [{ executor: 'stages' }, 'no node has the engine of workflows: "npm run setup" on a node, then a restart of its runner, brings it'],
    [{ ...target('a'), partition: 'q' }, 'node a is not in partition q'],
  ])('%j', (wish, reason) => {
    expect(makeFleet({ nodes }).refuse(makeJob(1, wish))).toBe(reason);
  });

  test('nothing while no node is known', () => {
    expect(makeFleet({}).refuse(makeJob(1, { cpus: 999 }))).toBeNull();
  });
});
