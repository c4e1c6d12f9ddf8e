import fc from 'fast-check';
import type { FleetNode, QueuedJob } from '../../../src/scheduler/core/model.ts';
import { GIB, HOUR, makeJob, makeNode, MINUTE, NOW } from './fleet-world.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];

/** A node with GPUs of two types, on two NUMA nodes, in one of two partitions, or without any of that. */
export function nodeNamed(name: string): fc.Arbitrary<FleetNode> {
  return fc
    .record({
      cpus: fc.integer({ min: 1, max: 8 }).map((half) => half * 2),
      memoryBytes: fc.integer({ min: 1, max: 16 }).map((half) => half * 2 * GIB),
      gpus: fc.integer({ min: 0, max: 4 }),
      numa: fc.boolean(),
      partition: fc.constantFrom(undefined, 'p', 'q'),
      drained: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
      load: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ cpus, memoryBytes, gpus, numa, partition, drained, load }) =>
      makeNode(name, {
        cpus,
        memoryBytes,
        away: drained ? ['drained'] : [],
        load,
        labels: partition === undefined ? {} : { partition },
        gpus: Array.from({ length: gpus }, (_, index) => ({
          index,
          name: index % 2 === 0 ? 'NVIDIA A100' : 'NVIDIA L4',
          memoryBytes: (index % 2 === 0 ? 40 : 24) * GIB,
          numa: numa ? index % 2 : null,
        })),
        numa: numa
          ? [0, 1].map((id) => ({
              id,
              cpuIds: Array.from({ length: cpus / 2 }, (_, cpu) => id * (cpus / 2) + cpu),
              memoryBytes: memoryBytes / 2,
            }))
          : [],
      }),
    );
}

export const someNodes = fc
  .integer({ min: 1, max: NAMES.length })
  .chain((count) => fc.tuple(...NAMES.slice(0, count).map((name) => nodeNamed(name))));

const rarely = <T>(value: fc.Arbitrary<T>, otherwise: T) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary: value });

export function jobWithId(id: number): fc.Arbitrary<QueuedJob> {
  return fc
    .record({
      user: fc.constantFrom('ada', 'bob', 'cem'),
      account: fc.constantFrom('lab', 'other'),
      class: fc.constantFrom('scavenger', 'normal', 'normal', 'urgent'),
      priority: fc.constantFrom(0, 0, 0, 10, -500),
      age: fc.integer({ min: 0, max: 48 }),
      timeLimitMs: fc.option(fc.integer({ min: 1, max: 300 }).map((minutes) => minutes * MINUTE)),
      cpus: fc.integer({ min: 0, max: 12 }),
      memoryBytes: fc.integer({ min: 0, max: 12 }).map((gib) => gib * GIB),
      gpus: rarely(fc.integer({ min: 1, max: 3 }), 0),
      gpuType: rarely(fc.constantFrom('a100', 'l4'), null),
      exclusive: rarely(fc.constant(true), false),
      nodes: rarely(fc.integer({ min: 2, max: 3 }), 1),
      partition: rarely(fc.constantFrom('p', 'q'), null),
      strategy: fc.constantFrom(null, 'binpack', 'spread', 'least_loaded', 'round_robin'),
      tasks: rarely(fc.integer({ min: 0, max: 3 }), 1),
      target: rarely(
        fc.record({ node: fc.constantFrom(...NAMES), numa: fc.constantFrom(null, 0, 1), gpuIds: fc.constantFrom(null, [0]) }),
        null,
      ),
    } as const)
    .map(({ age, ...wish }) => makeJob(id, { ...wish, nodes: wish.target === null ? wish.nodes : 1, eligibleAt: NOW - age * HOUR }));
}

export function someJobs(most: number): fc.Arbitrary<QueuedJob[]> {
  return fc.integer({ min: 1, max: most }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => jobWithId(index + 1))));
}
