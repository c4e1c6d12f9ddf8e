import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFleet } from '../../../src/scheduler/core/fleet.ts';
import type { Fleet, FleetNode, Holding, Plan, QueuedJob } from '../../../src/scheduler/core/model.ts';
import { applyStarts, MINUTE, NOW, POLICY } from './fleet-world.ts';
import { NaiveFleet } from './naive-fleet.ts';
import { someJobs, someNodes } from './random-fleet.ts';

const RUNS = { numRuns: 300, seed: 20_260_101 };
const world = fc.record({ nodes: someNodes, running: someJobs(8), queue: someJobs(12), bookings: fc.integer({ min: 0, max: 5 }) });

interface World {
  readonly nodes: readonly FleetNode[];
  readonly running: readonly QueuedJob[];
  readonly queue: readonly QueuedJob[];
  readonly bookings: number;
}

interface Both {
  readonly fleet: Fleet;
  readonly naive: NaiveFleet;
  readonly jobs: ReadonlyMap<number, QueuedJob>;
}

/** What runs got its place from a plan of its own, some while ago. */
function build({ nodes, running, queue, bookings }: World): Both {
  const fleet = createFleet({ ...POLICY, bookings });
  const naive = new NaiveFleet();
  for (const node of nodes) {
    fleet.setNode(node);
    naive.nodes.set(node.name, node);
  }
  const first = new Map(running.map((job) => [1000 + job.id, { ...job, id: 1000 + job.id }]));
  for (const job of first.values()) fleet.enqueue(job);
  for (const holding of applyStarts(fleet, fleet.plan(NOW - 30 * MINUTE), { jobs: first, now: NOW - 30 * MINUTE })) naive.hold(holding);
  for (const id of first.keys()) fleet.dequeue(id);
  for (const job of queue) fleet.enqueue(job);
  return { fleet, naive, jobs: new Map(queue.map((job) => [job.id, job])) };
}

function membersOf({ starts }: Plan) {
  return starts.flatMap(({ members }) => members);
}

describe('whatever the fleet and the queue', () => {
  test('nothing is given that is not there', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { fleet, naive } = build(given);
        expect(naive.listOveruse(membersOf(fleet.plan(NOW)))).toEqual([]);
      }),
      RUNS,
    );
  });

  test('what is told of a job in short is what is explained at length, before the jobs ahead have had their turns', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { fleet, jobs } = build(given);
        for (const job of jobs.values()) {
          const short = fleet.describeWait(job, NOW);
          const { kind, reason } = fleet.explain(job, NOW);
          if (short.kind === 'priority') expect(['priority', 'starting_now']).toContain(kind);
          else if (short.kind === 'starting_now') expect(kind).toBe('starting_now');
          else expect({ kind, reason }).toEqual(short);
        }
      }),
      RUNS,
    );
  });

  test('all members of a gang start, on different nodes that suit it, with what they asked for', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { fleet, naive, jobs } = build(given);
        for (const { jobId, members } of fleet.plan(NOW).starts) {
          const job = jobs.get(jobId)!;
          expect(new Set(members.map(({ node }) => node)).size).toBe(job.placing.nodes);
          for (const { node, cpus, memoryBytes, gpuIds } of members) {
            expect(naive.couldTake(node, job)).toBe(true);
            if (job.demand.exclusive) continue;
            expect([cpus, memoryBytes, gpuIds.length]).toEqual([
              job.demand.cpus,
              job.demand.memoryBytes,
              job.placing.target?.gpuIds?.length ?? job.demand.gpus,
            ]);
          }
        }
      }),
      RUNS,
    );
  });

  test('the first in the order starts when it fits, and without bookings everybody does who fits in what is left', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { fleet, naive, jobs } = build({ ...given, bookings: 0 });
        const plan = fleet.plan(NOW);
        for (const holding of applyStarts(fleet, plan, { jobs, now: NOW })) naive.hold(holding);
        const started = plan.starts.map(({ jobId }) => jobId);
        for (const job of jobs.values()) {
          if (started.filter((id) => id === job.id).length >= job.tasks) continue;
          const able = [...naive.nodes.keys()].filter((name) => naive.couldTake(name, job));
          expect(able.length).toBeLessThan(job.placing.nodes);
        }
      }),
      RUNS,
    );
  });

  test('a plan is the same when it is made again, or by a fleet that was told the same in another order', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { fleet, naive, jobs } = build(given);
        const plan = fleet.plan(NOW);
        const rooms = given.nodes.map(({ name }) => fleet.room(name));
        expect(fleet.plan(NOW)).toEqual(plan);
        for (const job of jobs.values()) fleet.explain(job, NOW);
        expect(fleet.plan(NOW)).toEqual(plan);
        expect(given.nodes.map(({ name }) => fleet.room(name))).toEqual(rooms);
        const other = createFleet({ ...POLICY, bookings: given.bookings });
        for (const job of [...jobs.values()].reverse()) other.enqueue(job);
        for (const node of [...given.nodes].reverse()) other.setNode(node);
        for (const holding of naive.holdings) other.hold(holding);
        expect(other.plan(NOW)).toEqual(plan);
      }),
      RUNS,
    );
  });

  test('explain and plan agree on what starts now', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { fleet, jobs } = build(given);
        const started = new Set(fleet.plan(NOW).starts.map(({ jobId }) => jobId));
        for (const job of jobs.values())
          expect([job.id, fleet.explain(job, NOW).kind === 'starting_now']).toEqual([job.id, started.has(job.id)]);
      }),
      RUNS,
    );
  });

  test('what starts leaves the booked room free at the booked time, when all ends as expected', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { fleet, naive, jobs } = build(given);
        const plan = fleet.plan(NOW);
        for (const holding of applyStarts(fleet, plan, { jobs, now: NOW })) naive.hold(holding);
        const [booking] = plan.bookings;
        if (booking === undefined) return;
        const going = new Set(plan.preemptions.map(({ jobId, attempt }) => `${jobId}.${attempt}`));
        const stays = (holding: Holding) =>
          !going.has(`${holding.jobId}.${holding.attempt}`) && Math.max(expectedEnd(holding), NOW + 1) > booking.startsAt;
        naive.holdings = naive.holdings.filter(stays);
        for (const node of booking.nodes) expect([booking, naive.couldTake(node, jobs.get(booking.jobId)!)]).toEqual([booking, true]);
      }),
      RUNS,
    );
  });

  test('preemption only ever takes from lower classes, and frees what the job needs', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { fleet, naive, jobs } = build(given);
        const ranks = { scavenger: 0, normal: 1, urgent: 2 };
        const { preemptions } = fleet.plan(NOW);
        expect(new Set(preemptions.map(({ jobId, attempt }) => `${jobId}.${attempt}`)).size).toBe(preemptions.length);
        for (const { jobId, attempt, forJobId } of preemptions) {
          const victims = naive.holdings.filter((holding) => holding.jobId === jobId && holding.attempt === attempt);
          expect(victims.length).toBeGreaterThan(0);
          for (const victim of victims) expect(ranks[victim.class]).toBeLessThan(ranks[jobs.get(forJobId)!.class]);
        }
      }),
      RUNS,
    );
  });
});

function expectedEnd({ endsAt, startedAt }: Holding): number {
  return endsAt ?? startedAt + POLICY.unlimitedMs;
}
