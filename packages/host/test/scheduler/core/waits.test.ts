import { describe, expect, test } from 'vitest';
import type { FleetNode, Holding, QueuedJob } from '../../../src/scheduler/core/model.ts';
import { HOUR, makeFleet, makeHolding, makeJob, makeNode, NOW } from './fleet-world.ts';

const full = (node: string, over: Partial<Holding> = {}) => makeHolding(90, node, { cpus: 6, endsAt: NOW + HOUR, ...over });
const target = (node: string) => ({ target: { node, numa: null, gpuIds: null } });

describe('explain, of nodes that take no jobs,', () => {
  const resumed = (node: string) => ({ field: 'drained', from: 'true', to: 'false', node });

  test.each<[FleetNode['away'], string, unknown[]]>([
    [['drained'], 'node a is drained', [resumed('a'), { field: 'target', from: 'a', to: null, node: 'b' }]],
    [['lost'], 'node a is lost', [{ field: 'target', from: 'a', to: null, node: 'b' }]],
    [['suspect'], 'node a is suspect', [{ field: 'target', from: 'a', to: null, node: 'b' }]],
    [['disconnected'], 'node a is not connected', [{ field: 'target', from: 'a', to: null, node: 'b' }]],
    [['drained', 'lost'], 'node a is drained and lost', [{ field: 'target', from: 'a', to: null, node: 'b' }]],
  ])('tells how a target stands that is %j, and what would help', (away, reason, changes) => {
    const nodes = [makeNode('a', { away }), makeNode('b')];
    const job = makeJob(1, target('a'));
    expect(makeFleet({ nodes }).explain(job, NOW)).toMatchObject({ kind: 'no_nodes', reason, changes, estimatedStart: null });
    expect(makeFleet({ nodes, queue: [job] }).describeWait(job, NOW)).toEqual({ kind: 'no_nodes', reason });
  });

  test('names the few that it may use, if there are others', () => {
    const labels = { zone: 'x' };
    const nodes = ['b', 'c', 'd', 'e'].map((name) => makeNode(name, { labels, away: ['drained'] }));
    const explained = makeFleet({ nodes: [makeNode('a'), ...nodes] }).explain(makeJob(1, { labels }), NOW);
    expect(explained).toMatchObject({
      kind: 'no_nodes',
      reason: 'no node that could hold it is ready: b is drained, c is drained, d is drained, and others',
      changes: [resumed('b'), { field: 'labels', from: 'zone=x', to: null, node: 'a' }],
    });
  });

  test('names them beside those that are full', () => {
    const nodes = [makeNode('a'), makeNode('b', { away: ['drained'] }), makeNode('c', { away: ['lost'] }), makeNode('d', { cpus: 2 })];
    const fleet = makeFleet({ nodes, held: [full('a')] });
    const explained = fleet.explain(makeJob(1, { cpus: 4 }), NOW);
    expect(explained).toMatchObject({
      kind: 'resources',
      reason: 'no ready node that it may use has 4 CPUs free; b is drained, c is lost',
      estimatedStart: NOW + HOUR,
      changes: [resumed('b'), { field: 'cpus', from: 4, to: 2, node: 'a' }],
    });
  });

  test('counts those that a gang lacks', () => {
    const nodes = [makeNode('a'), makeNode('b', { away: ['drained'] }), makeNode('c', { cpus: 2 })];
    const explained = makeFleet({ nodes }).explain(makeJob(1, { cpus: 4, nodes: 2 }), NOW);
    expect(explained).toMatchObject({
      kind: 'no_nodes',
      reason: 'it needs 2 nodes, and 1 of those that could hold it are ready: b is drained',
    });
    expect(explained.changes).toContainEqual(resumed('b'));
  });

  test('promises nothing of a node on which others go first, or that is full', () => {
    const nodes = [makeNode('a', { away: ['drained'] })];
    const queue = [makeJob(1, { ...target('a'), cpus: 8 }), makeJob(2, target('a'))];
    expect(makeFleet({ nodes, queue }).explain(queue[1]!, NOW).changes).toEqual([]);
    expect(makeFleet({ nodes, held: [full('a', { cpus: 8 })] }).explain(queue[1]!, NOW).changes).toEqual([]);
  });

  test('leaves the fleet as it was', () => {
    const nodes = [makeNode('a', { away: ['drained'] })];
    const fleet = makeFleet({ nodes, queue: [makeJob(1)] });
    expect(fleet.explain(makeJob(1), NOW).changes).toEqual([resumed('a')]);
    expect(fleet.plan(NOW)).toEqual({ starts: [], bookings: [], preemptions: [] });
  });

  test('says that nothing is online only when nothing is', () => {
    expect(makeFleet({}).explain(makeJob(1), NOW)).toMatchObject({ kind: 'no_nodes', reason: 'no node is online', changes: [] });
    expect(makeFleet({ nodes: [makeNode('a', { away: ['drained', 'lost'] })] }).describeWait(makeJob(1), NOW).reason).toBe(
      'no node is online',
    );
  });
});

describe('what is told in short', () => {
  const wait = (fleet: ReturnType<typeof makeFleet>, job: QueuedJob) => fleet.describeWait(job, NOW);

  test('is the limit, whatever is free', () => {
    const fleet = makeFleet({ nodes: [makeNode('a')], held: [makeHolding(9, 'a', { user: 'ada', account: 'lab' })], queue: [makeJob(1)] });
    fleet.setLimits({ users: new Map(), accounts: new Map([['lab', { running_jobs: 1 }]]) });
    const told = { kind: 'limit', reason: 'account lab may have 1 running job at once, with this job it would be 2 running jobs' };
    expect(wait(fleet, makeJob(1))).toEqual(told);
    expect(fleet.explain(makeJob(1), NOW)).toMatchObject(told);
  });

  test('is what the nodes lack', () => {
    const fleet = makeFleet({ nodes: [makeNode('a'), makeNode('b', { cpus: 4 })], held: [full('a'), full('b', { jobId: 91, cpus: 4 })] });
    for (const [job, reason] of [
      [makeJob(1, { cpus: 3 }), 'no node that it may use has 3 CPUs free'],
      [makeJob(1, { cpus: 3, ...target('a') }), 'node a does not have 3 CPUs free'],
      [makeJob(1, { cpus: 3, nodes: 2 }), 'fewer than 2 nodes that it may use have 3 CPUs free'],
    ] as const) {
      expect(wait(fleet, job)).toEqual({ kind: 'resources', reason });
      expect(fleet.explain(job, NOW)).toMatchObject({ kind: 'resources', reason });
    }
    expect(wait(fleet, makeJob(1, { cpus: 9 }))).toMatchObject({ kind: 'never_fits' });
  });

  test('is the reservation that is in the way', () => {
    const job = makeJob(1, { timeLimitMs: 2 * HOUR });
    const fleet = makeFleet({ nodes: [makeNode('a')], queue: [job] });
    const window = { nodes: null, users: new Set<string>(), accounts: new Set<string>(), startsAt: NOW + HOUR, endsAt: NOW + 9 * HOUR };
    fleet.setReservations([{ name: 'repair', ...window }]);
    const told = { kind: 'reservation', reason: 'it would run into the reservation repair' };
    expect(wait(fleet, job)).toEqual(told);
    expect(fleet.explain(job, NOW)).toMatchObject(told);
    expect(wait(fleet, makeJob(2, { timeLimitMs: HOUR }))).toMatchObject({ kind: 'priority' });
  });

  test('is the queue for all that has room, but for the first that can start', () => {
    const queue = [makeJob(1, { cpus: 9 }), makeJob(2, { cpus: 8 }), makeJob(3, { user: 'bob', class: 'scavenger' })];
    const fleet = makeFleet({ nodes: [makeNode('a')], held: [], queue });
    expect(wait(fleet, queue[1]!)).toEqual({ kind: 'starting_now', reason: 'it can start now' });
    expect(wait(fleet, queue[2]!)).toEqual({ kind: 'priority', reason: 'jobs ahead of it in the queue come first' });
  });

  test('changes with the nodes', () => {
    const job = makeJob(1, { ...target('a'), cpus: 4 });
    const fleet = makeFleet({ nodes: [makeNode('a')], queue: [job] });
    const kinds = [wait(fleet, job).kind];
    for (const node of [makeNode('a', { away: ['drained'] }), makeNode('a', { cpus: 2 }), makeNode('a')]) {
      fleet.setNode(node);
      kinds.push(wait(fleet, job).kind);
    }
    fleet.hold(full('a'));
    kinds.push(wait(fleet, job).kind);
    fleet.removeNode('a');
    kinds.push(wait(fleet, job).kind);
    expect(kinds).toEqual(['starting_now', 'no_nodes', 'never_fits', 'starting_now', 'resources', 'no_nodes']);
  });
});

test('jobs that no node could ever hold are ahead of nobody', () => {
  const queue = [makeJob(1, { cpus: 9 }), makeJob(2, { cpus: 9 }), makeJob(3, { cpus: 8 }), makeJob(4)];
  const explained = makeFleet({ nodes: [makeNode('a')], held: [full('a')], queue }).explain(queue[3]!, NOW);
  expect(explained).toMatchObject({ jobsAhead: 1, ahead: [3] });
});

test('a job that is not eligible yet has no age', () => {
  const { priority } = makeFleet({ nodes: [makeNode('a')] }).explain(makeJob(1, { eligibleAt: NOW + HOUR, priority: 100 }), NOW);
  expect(priority).toMatchObject({ age: 0, user: 100, total: 1100 });
});
