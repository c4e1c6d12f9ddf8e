import { describe, expect, test } from 'vitest';
import { HOUR, idsOf, makeFleet, makeHolding, makeJob, makeNode, MINUTE, NOW, POLICY } from './fleet-world.ts';

const nodes = [makeNode('a', { cpus: 1000 })];

describe('the order of starts', () => {
  test('classes go first, then priority, then age, then id', () => {
    const queue = [
      makeJob(1, { class: 'scavenger', priority: 1000 }),
      makeJob(2, { eligibleAt: NOW - MINUTE }),
      makeJob(3),
      makeJob(4),
      makeJob(5, { priority: 500 }),
      makeJob(6, { class: 'urgent', priority: -1000 }),
    ];
    expect(idsOf(makeFleet({ nodes, queue }).plan(NOW).starts)).toEqual([6, 5, 3, 4, 2, 1]);
  });

  test('age counts up to the greatest that counts, then those that are eligible longer still go first', () => {
    const queue = [
      makeJob(1, { eligibleAt: NOW - 30 * HOUR }),
      makeJob(2, { eligibleAt: NOW - 40 * HOUR }),
      makeJob(3, { eligibleAt: NOW - 24 * HOUR, priority: 1 }),
      makeJob(4, { eligibleAt: NOW - 12 * HOUR, priority: 500 }),
      makeJob(5, { eligibleAt: NOW - 12 * HOUR, priority: 502 }),
    ];
    const fleet = makeFleet({ nodes, queue });
    expect(idsOf(fleet.plan(NOW).starts)).toEqual([5, 3, 2, 1, 4]);
    expect(idsOf(fleet.plan(NOW - 20 * HOUR).starts)).toEqual([2, 1, 5, 3, 4]);
    expect(idsOf(fleet.plan(NOW + 13 * HOUR).starts)).toEqual([5, 4, 3, 2, 1]);
  });

  test('those who used less than their share go first', () => {
    const queue = [
      makeJob(1, { user: 'ada', account: 'lab' }),
      makeJob(2, { user: 'bob', account: 'lab' }),
      makeJob(3, { user: 'cem', account: 'new' }),
    ];
    const fleet = makeFleet({ nodes, queue });
    expect(idsOf(fleet.plan(NOW).starts)).toEqual([1, 2, 3]);
    const usage = new Map([
      ['lab\u0000ada', 900],
      ['lab\u0000bob', 100],
    ]);
    fleet.setShares({ shares: new Map(), usage, asOf: NOW });
    expect(idsOf(fleet.plan(NOW).starts)).toEqual([3, 2, 1]);
    expect(fleet.explain(makeJob(3, { user: 'cem', account: 'new' }), NOW).priority.fairShare).toBe(1000);
    fleet.setShares({
      shares: new Map([['lab', 3]]),
      usage: new Map([
        ['lab\u0000ada', 10],
        ['lab\u0000bob', 0],
        ['new\u0000cem', 10],
      ]),
      asOf: NOW,
    });
    expect(idsOf(fleet.plan(NOW).starts)).toEqual([2, 1, 3]);
  });

  test('an account at its share, with one user, has the factor 1/2', () => {
    const fleet = makeFleet({ nodes });
    const usage = new Map([
      ['lab\u0000ada', 50],
      ['other\u0000bob', 50],
    ]);
    fleet.setShares({ shares: new Map(), usage, asOf: NOW });
    expect(fleet.explain(makeJob(1), NOW).priority.fairShare).toBe(500);
  });

  test('large jobs get points for their size when the policy says so', () => {
    const queue = [makeJob(1, { cpus: 1 }), makeJob(2, { cpus: 500 })];
    const fleet = makeFleet({ nodes, queue, policy: { weights: { ...POLICY.weights, size: 100 } } });
    expect(idsOf(fleet.plan(NOW).starts)).toEqual([2, 1]);
    expect(fleet.explain(makeJob(2, { cpus: 500 }), NOW).priority.size).toBe(50);
    fleet.setPolicy(POLICY);
    expect(idsOf(fleet.plan(NOW).starts)).toEqual([1, 2]);
  });

  test('an array starts as many tasks as may start, and as fit', () => {
    const fleet = makeFleet({ nodes: [makeNode('a', { cpus: 5 })], queue: [makeJob(1, { cpus: 2, tasks: 9 }), makeJob(2, { tasks: 0 })] });
    expect(idsOf(fleet.plan(NOW).starts)).toEqual([1, 1]);
    expect(fleet.waiting).toBe(2);
    expect(fleet.explain(makeJob(2, { tasks: 0 }), NOW).kind).toBe('array_limit');
  });

  test('a job that is set again is taken as it is now, one that is taken out does not start', () => {
    const fleet = makeFleet({ nodes, queue: [makeJob(1), makeJob(2), makeJob(3)] });
    fleet.enqueue(makeJob(3, { priority: 10 }));
    fleet.dequeue(1);
    fleet.dequeue(1);
    expect(idsOf(fleet.plan(NOW).starts)).toEqual([3, 2]);
    expect(fleet.waiting).toBe(2);
  });
});

describe('limits', () => {
  test.each([
    ['running jobs', { running_jobs: 2 }, 1],
    ['CPUs', { cpus: 5 }, 2],
    ['memory', { memory_bytes: 0 }, 3],
    ['nothing', { cpus: null }, 3],
  ])('of %s hold back the jobs of a user, and nobody else', (_what, limits, started) => {
    const own = [1, 2, 3].map((id) => makeJob(id, { cpus: 2 }));
    const held = [makeHolding(9, 'a', { user: 'ada', account: 'lab' })];
    const fleet = makeFleet({ nodes, held, queue: [...own, makeJob(4, { user: 'bob' })] });
    fleet.setLimits({ users: new Map([['ada', limits]]), accounts: new Map() });
    const plan = fleet.plan(NOW);
    expect(idsOf(plan.starts)).toEqual([...idsOf(own.slice(0, started).map(({ id }) => ({ jobId: id }))), 4]);
    expect(plan.bookings).toEqual([]);
    fleet.release(9, 1);
    fleet.setLimits({ users: new Map(), accounts: new Map() });
    expect(fleet.plan(NOW).starts).toHaveLength(4);
  });

  test('of an account count all its users, an exclusive job counts its whole node', () => {
    const queue = [
      makeJob(1, { user: 'ada', exclusive: true }),
      makeJob(2, { user: 'bob', cpus: 3 }),
      makeJob(3, { user: 'cem', cpus: 3 }),
    ];
    const fleet = makeFleet({ nodes, queue });
    fleet.setLimits({ users: new Map(), accounts: new Map([['lab', { cpus: 5 }]]) });
    expect(idsOf(fleet.plan(NOW).starts)).toEqual([2]);
    expect(fleet.explain(makeJob(3, { user: 'cem', cpus: 3 }), NOW)).toMatchObject({
      kind: 'limit',
      reason: 'account lab may have 5 CPUs at once, with this job it would be 6 CPUs',
      changes: [{ field: 'cpus', from: 3, to: 2, node: 'a' }],
    });
  });

  test('a gang is one running job', () => {
    const held = [makeHolding(9, 'a', { user: 'ada' }), makeHolding(9, 'b', { user: 'ada' })];
    const fleet = makeFleet({ nodes: [...nodes, makeNode('b')], held, queue: [makeJob(1)] });
    fleet.setLimits({ users: new Map([['ada', { running_jobs: 2 }]]), accounts: new Map() });
    expect(idsOf(fleet.plan(NOW).starts)).toEqual([1]);
  });
});
