import type { Strategy } from '@weir/contract';
import { describe, expect, test } from 'vitest';
import type { FleetNode, Holding } from '../../../src/scheduler/core/model.ts';
import { applyStarts, GIB, makeFleet, makeGpus, makeHolding, makeJob, makeNode, NOW, whereStarted } from './fleet-world.ts';

const held = [makeHolding(90, 'b', { cpus: 4 }), makeHolding(91, 'c', { cpus: 1 })];

describe('the strategy chooses the node', () => {
  test.each<[string, Strategy, FleetNode[], Holding[], string]>([
    ['binpack: the fullest', 'binpack', [makeNode('a'), makeNode('b'), makeNode('c')], held, 'b'],
    ['binpack: less memory left when CPUs are alike', 'binpack', [makeNode('a'), makeNode('b', { memoryBytes: 8 * GIB })], [], 'b'],
    ['binpack: GPU nodes last for a job without GPUs', 'binpack', [makeNode('a', { cpus: 2, gpus: makeGpus(1) }), makeNode('b')], [], 'b'],
    [
      'spread: the emptiest by share',
      'spread',
      [makeNode('a', { cpus: 4 }), makeNode('b'), makeNode('c')],
      [makeHolding(1, 'a'), ...held],
      'c',
    ],
    [
      'least_loaded: the least measured load',
      'least_loaded',
      [makeNode('a', { load: 2 }), makeNode('b', { load: 1 }), makeNode('c', { load: 3 })],
      held,
      'b',
    ],
    ['least_loaded: then the emptiest', 'least_loaded', [makeNode('b'), makeNode('c')], held, 'c'],
  ])('%s', (...[, strategy, nodes, holdings, expected]) => {
    expect(whereStarted(makeFleet({ nodes, held: holdings, queue: [makeJob(1, { strategy })] }).plan(NOW))).toEqual({ 1: [expected] });
  });

  test('round_robin goes on from the node that was given last, and a plan alone does not count', () => {
    const queue = [1, 2, 3, 4].map((id) => makeJob(id));
    const fleet = makeFleet({
      nodes: ['a', 'b', 'c'].map((name) => makeNode(name)),
      queue: queue.slice(0, 2),
      policy: { strategy: 'round_robin' },
    });
    const plan = fleet.plan(NOW);
    expect(whereStarted(plan)).toEqual({ 1: ['a'], 2: ['b'] });
    expect(fleet.plan(NOW)).toEqual(plan);
    applyStarts(fleet, plan, { jobs: new Map(queue.map((job) => [job.id, job])), now: NOW });
    for (const job of queue.slice(2)) fleet.enqueue(job);
    expect(whereStarted(fleet.plan(NOW))).toEqual({ 3: ['c'], 4: ['a'] });
  });
});
