import { describe, expect, test } from 'vitest';
import {
  applyStarts,
  GIB,
  HOUR,
  idsOf,
  makeFleet,
  makeGpus,
  makeHolding,
  makeJob,
  makeNode,
  MINUTE,
  NOW,
  whereStarted,
} from './fleet-world.ts';

const half = (jobId: number, node: string, endsAt: number | null) => makeHolding(jobId, node, { cpus: 4, endsAt });

describe('bookings', () => {
  test('the first job that does not fit is booked where room comes first', () => {
    const nodes = [makeNode('a'), makeNode('b')];
    const held = [half(90, 'a', NOW + 2 * HOUR), half(91, 'b', NOW + HOUR)];
    const { bookings } = makeFleet({ nodes, held, queue: [makeJob(1, { cpus: 6 })] }).plan(NOW);
    expect(bookings).toEqual([{ jobId: 1, startsAt: NOW + HOUR, nodes: ['b'] }]);
  });

  test('a later job starts when it ends before, or fits beside, and else waits', () => {
    const held = [half(90, 'a', NOW + HOUR)];
    const wide = makeJob(1, { cpus: 6 });
    const start = (job: Parameters<typeof makeJob>[1]) =>
      idsOf(makeFleet({ nodes: [makeNode('a')], held, queue: [wide, makeJob(2, job)] }).plan(NOW).starts);
    expect(start({ cpus: 4, timeLimitMs: HOUR })).toEqual([2]);
    expect(start({ cpus: 4, timeLimitMs: HOUR + 1 })).toEqual([]);
    expect(start({ cpus: 2 })).toEqual([2]);
    expect(start({ cpus: 3 })).toEqual([]);
  });

  test('which GPUs are left matters, not only how many', () => {
    const gpus = [...makeGpus(1), ...makeGpus(1, { name: 'H100' }).map((gpu) => ({ ...gpu, index: 1 }))];
    const held = [makeHolding(90, 'a', { cpus: 8, endsAt: NOW + HOUR })];
    const queue = [
      makeJob(1, { gpus: 1, gpuType: 'h100' }),
      makeJob(2, { cpus: 0, gpus: 1, gpuType: 'h100' }),
      makeJob(3, { cpus: 0, gpus: 1, gpuType: 'a100' }),
    ];
    expect(idsOf(makeFleet({ nodes: [makeNode('a', { gpus })], held, queue }).plan(NOW).starts)).toEqual([3]);
  });

  test('what runs without a limit is expected to end, at the soonest in a moment', () => {
    const held = [makeHolding(90, 'a', { cpus: 8, startedAt: NOW - HOUR })];
    const queue = [makeJob(1)];
    const book = (unlimitedMs: number) =>
      makeFleet({ nodes: [makeNode('a')], held, queue, policy: { unlimitedMs } }).plan(NOW).bookings[0]?.startsAt;
    expect(book(3 * HOUR)).toBe(NOW + 2 * HOUR);
    expect(book(MINUTE)).toBe(NOW + 1);
  });

  test('as many jobs are booked as the policy says, each after those before it', () => {
    const queue = [1, 2, 3].map((id) => makeJob(id, { cpus: 8, timeLimitMs: HOUR }));
    const held = [makeHolding(90, 'a', { endsAt: NOW + HOUR })];
    const fleet = makeFleet({ nodes: [makeNode('a')], held, queue, policy: { bookings: 2 } });
    expect(fleet.plan(NOW).bookings.map(({ jobId, startsAt }) => [jobId, startsAt - NOW])).toEqual([
      [1, HOUR],
      [2, 2 * HOUR],
    ]);
  });

  test('a gang is booked when all its nodes are free', () => {
    const nodes = ['a', 'b', 'c'].map((name) => makeNode(name));
    const held = [half(90, 'a', NOW + 3 * HOUR), half(91, 'b', NOW + 2 * HOUR), half(92, 'c', NOW + HOUR)];
    const { bookings } = makeFleet({ nodes, held, queue: [makeJob(1, { nodes: 2, cpus: 8 })] }).plan(NOW);
    expect(bookings).toEqual([{ jobId: 1, startsAt: NOW + 2 * HOUR, nodes: ['c', 'b'] }]);
  });

  test('a job that nothing could ever hold is not booked and holds nobody back', () => {
    const queue = [makeJob(1, { cpus: 64 }), makeJob(2)];
    const plan = makeFleet({ nodes: [makeNode('a')], queue, policy: { bookings: 1 } }).plan(NOW);
    expect([idsOf(plan.starts), plan.bookings]).toEqual([[2], []]);
  });

  test('a wide job starts at its booked time however many small ones keep coming', () => {
    const nodes = ['a', 'b', 'c', 'd'].map((name) => makeNode(name));
    const wide = makeJob(1, { nodes: 3, cpus: 8, timeLimitMs: HOUR });
    const jobs = new Map([[1, wide]]);
    const fleet = makeFleet({
      nodes,
      held: nodes.map(({ name }, index) => half(90 + index, name, NOW + (index + 1) * 10 * MINUTE)),
      queue: [wide],
    });
    let ending = nodes.map(({ name }, index) => ({ ...half(90 + index, name, NOW + (index + 1) * 10 * MINUTE) }));
    let booked = Infinity;
    for (let now = NOW; jobs.has(1); now += MINUTE) {
      expect(now).toBeLessThanOrEqual(booked);
      for (const { jobId, attempt } of ending.filter(({ endsAt }) => (endsAt ?? 0) <= now)) fleet.release(jobId, attempt);
      ending = ending.filter(({ endsAt }) => (endsAt ?? 0) > now);
      for (let extra = 0; extra < 3; extra += 1) {
        const small = makeJob(1000 + jobs.size + (now - NOW), { cpus: 1 + extra, timeLimitMs: (1 + extra * 7) * MINUTE, eligibleAt: now });
        jobs.set(small.id, small);
        fleet.enqueue(small);
      }
      const plan = fleet.plan(now);
      for (const booking of plan.bookings.filter(({ jobId }) => jobId === 1)) {
        expect(booking.startsAt).toBeLessThanOrEqual(booked);
        booked = booking.startsAt;
      }
      ending.push(...applyStarts(fleet, plan, { jobs, now }).map((holding) => ({ ...holding, endsAt: holding.endsAt })));
      for (const { jobId } of plan.starts) if (jobId === 1) jobs.delete(1);
    }
    expect(booked).toBe(NOW + 30 * MINUTE);
  });
});

describe('reservations', () => {
  const window = {
    name: 'service',
    nodes: new Set(['a']),
    users: new Set<string>(),
    accounts: new Set<string>(),
    startsAt: NOW + HOUR,
    endsAt: NOW + 2 * HOUR,
  };

  test.each<[string, Partial<typeof window>, Parameters<typeof makeJob>[1], boolean]>([
    ['a job that ends before it starts', {}, { timeLimitMs: HOUR }, true],
    ['a job that would run into it waits', {}, { timeLimitMs: HOUR + 1 }, false],
    ['a job without a limit waits', {}, {}, false],
    ['a job waits while it lasts', { startsAt: NOW - HOUR }, { timeLimitMs: 1 }, false],
    ['its user may', { users: new Set(['ada']) }, {}, true],
    ['its account may', { accounts: new Set(['lab']) }, {}, true],
    ['another node is free to use', { nodes: new Set(['b']) }, {}, true],
    ['what is over keeps nobody off', { startsAt: NOW - HOUR, endsAt: NOW }, {}, true],
  ])('%s', (...[, over, wish, starts]) => {
    const fleet = makeFleet({ nodes: [makeNode('a')], queue: [makeJob(1, wish)] });
    fleet.setReservations([{ ...window, ...over }]);
    expect(whereStarted(fleet.plan(NOW))).toEqual(starts ? { 1: ['a'] } : {});
  });

  test('a job is booked for the time after the reservation of all nodes', () => {
    const fleet = makeFleet({ nodes: [makeNode('a')] });
    fleet.setReservations([{ ...window, nodes: null }]);
    fleet.enqueue(makeJob(1));
    expect(fleet.plan(NOW).bookings).toEqual([{ jobId: 1, startsAt: NOW + 2 * HOUR, nodes: ['a'] }]);
    expect(fleet.explain(makeJob(1), NOW)).toMatchObject({
      kind: 'reservation',
      reason: 'it would run into the reservation service',
      changes: [{ field: 'time_limit_ms', from: null, to: 2 * HOUR - HOUR, node: 'a' }],
    });
  });
});

describe('preemption', () => {
  const scavenger = (jobId: number, node: string, over: object = {}) =>
    makeHolding(jobId, node, { cpus: 4, class: 'scavenger', startedAt: NOW - jobId, ...over });

  test('the class that is lowest goes first, then who started last', () => {
    const held = [scavenger(91, 'a', { class: 'normal' }), scavenger(92, 'a', { cpus: 2 }), scavenger(93, 'a', { cpus: 2 })];
    const fleet = makeFleet({ nodes: [makeNode('a')], held, queue: [makeJob(1, { class: 'urgent', cpus: 2 })] });
    expect(fleet.plan(NOW).preemptions).toEqual([{ jobId: 92, attempt: 1, forJobId: 1 }]);
    expect(fleet.plan(NOW).bookings).toEqual([{ jobId: 1, startsAt: NOW + 1, nodes: ['a'] }]);
  });

  test('the node is chosen on which the fewest of the lowest class have to go', () => {
    const nodes = [makeNode('a'), makeNode('b'), makeNode('c')];
    const held = [
      scavenger(91, 'a'),
      scavenger(92, 'a'),
      scavenger(93, 'b', { cpus: 8 }),
      scavenger(94, 'c', { cpus: 8, class: 'normal' }),
    ];
    const plan = makeFleet({ nodes, held, queue: [makeJob(1, { class: 'urgent', cpus: 8 })] }).plan(NOW);
    expect(idsOf(plan.preemptions)).toEqual([93]);
  });

  test('nobody goes for the own class, or when it does not help', () => {
    const held = [scavenger(91, 'a', { class: 'normal' }), scavenger(92, 'a')];
    const plan = (wish: Parameters<typeof makeJob>[1]) =>
      makeFleet({ nodes: [makeNode('a')], held, queue: [makeJob(1, wish)] }).plan(NOW).preemptions;
    expect(plan({ class: 'scavenger' })).toEqual([]);
    expect(plan({ class: 'normal', cpus: 5 })).toEqual([]);
    expect(idsOf(plan({ class: 'normal', cpus: 4 }))).toEqual([92]);
  });

  test('while somebody is stopping for it nobody else has to, and nobody behind it takes the room', () => {
    const nodes = [makeNode('a'), makeNode('b')];
    const held = [scavenger(91, 'a', { cpus: 8, stopping: true }), scavenger(92, 'b', { cpus: 8 })];
    const fleet = makeFleet({ nodes, held, queue: [makeJob(1, { class: 'normal', cpus: 8 })] });
    expect(fleet.plan(NOW).preemptions).toEqual([]);
    expect(fleet.plan(NOW).bookings[0]?.nodes).toEqual(['a']);
    fleet.release(91, 1);
    fleet.hold(scavenger(95, 'a', { cpus: 4, stopping: true }));
    fleet.enqueue(makeJob(2, { class: 'scavenger', cpus: 1 }));
    expect(idsOf(fleet.plan(NOW).starts)).toEqual([]);
  });

  test('two jobs do not preempt the same one, and a gang goes as a whole', () => {
    const nodes = ['a', 'b', 'c'].map((name) => makeNode(name));
    const held = [scavenger(91, 'a', { cpus: 8 }), scavenger(91, 'b', { cpus: 8 }), scavenger(92, 'c', { cpus: 8 })];
    const queue = [1, 2, 3].map((id) => makeJob(id, { cpus: 8 }));
    const plan = makeFleet({ nodes, held, queue }).plan(NOW);
    expect(plan.preemptions.map(({ jobId, forJobId }) => [jobId, forJobId])).toEqual([
      [91, 1],
      [92, 3],
    ]);
    expect(plan.bookings.map(({ nodes: names }) => names[0]).sort()).toEqual(['a', 'b', 'c']);
  });

  test('a gang clears as many nodes as it needs', () => {
    const nodes = ['a', 'b', 'c'].map((name) => makeNode(name));
    const held = [scavenger(91, 'a', { cpus: 8 }), scavenger(92, 'b', { cpus: 8 }), scavenger(93, 'c', { cpus: 8, class: 'urgent' })];
    const plan = makeFleet({ nodes, held, queue: [makeJob(1, { nodes: 2, memoryBytes: GIB })] }).plan(NOW);
    expect(idsOf(plan.preemptions).sort()).toEqual([91, 92]);
  });
});
