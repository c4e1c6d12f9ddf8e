import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFleet } from '../../../src/scheduler/core/fleet.ts';
import type { Holding, QueuedJob } from '../../../src/scheduler/core/model.ts';
import { MINUTE, NOW, POLICY } from './fleet-world.ts';
import { NaiveFleet } from './naive-fleet.ts';
import { jobWithId, nodeNamed } from './random-fleet.ts';

const EVENTS = 2_000_000;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const NAMES = ['a', 'b', 'c', 'd', 'e'];
const MOST_WAITING = 40;
const PASS_EVERY = 100;

const nodeSamples = NAMES.map((name) => fc.sample(nodeNamed(name), { numRuns: 40, seed: 7 }));
const jobSamples = fc.sample(jobWithId(0), { numRuns: 2000, seed: 7 });

/** One fleet and its naive model, told the same. */
class Run {
  readonly fleet = createFleet({ ...POLICY, bookings: 3 });
  readonly naive = new NaiveFleet();
  private now = NOW;
  private lastId = 0;
  private state: number;

  constructor(seed: number) {
    this.state = seed;
    for (const place of NAMES.keys()) this.setNode(place);
  }

  step(event: number): void {
    if (event % PASS_EVERY === 0) this.pass();
    const kind = this.below(100);
    if (kind < 45) this.enqueue();
    else if (kind < 55) this.dequeue();
    else if (kind < 90) this.release();
    else if (kind < 96) this.setNode(this.below(NAMES.length));
    else if (kind < 97) this.removeNode();
    else if (kind < 98) this.reserve();
    else if (kind < 99) this.limit();
    else this.now += this.below(10) * MINUTE;
  }

  /** What both think is free, node by node. */
  compare(): void {
    expect(this.fleet.waiting).toBe(this.naive.queue.size);
    for (const [name, node] of this.naive.nodes) {
      const held = this.naive.on(name);
      const taken = new Set(held.flatMap(({ gpuIds }) => gpuIds));
      expect(this.fleet.room(name)).toEqual({
        cpus: held.reduce((free, { cpus }) => free - cpus, node.cpus),
        memoryBytes: held.reduce((free, { memoryBytes }) => free - memoryBytes, node.memoryBytes),
        gpuIds: node.gpus.map(({ index }) => index).filter((index) => !taken.has(index)),
      });
      expect(new Set(this.fleet.holdings(name))).toEqual(new Set(held));
    }
  }

  private pass(): void {
    const plan = this.fleet.plan(this.now);
    const started = new Map<number, number>();
    for (const { jobId, members } of plan.starts) {
      const job = this.naive.queue.get(jobId);
      if (job === undefined) throw new Error(`job ${jobId} does not wait`);
      const attempt = (started.get(jobId) ?? 0) + 1;
      started.set(jobId, attempt);
      expect(attempt).toBeLessThanOrEqual(job.tasks);
      const overuse = this.naive.listOveruse(members);
      expect(overuse).toEqual([]);
      for (const member of members) {
        expect(this.naive.couldTake(member.node, job)).toBe(true);
        this.hold({ jobId, attempt, ...member, ...this.describe(job), stopping: false });
      }
    }
    for (const jobId of started.keys()) this.forget(jobId);
    for (const { jobId, attempt } of plan.preemptions)
      for (const holding of this.naive.holdings.filter((other) => other.jobId === jobId && other.attempt === attempt))
        this.hold({ ...holding, stopping: true });
    this.compare();
  }

  private describe({ user, account, class: name, timeLimitMs }: QueuedJob) {
    return { user, account, class: name, startedAt: this.now, endsAt: timeLimitMs === null ? null : this.now + timeLimitMs };
  }

  private hold(holding: Holding): void {
    this.fleet.hold(holding);
    this.naive.hold(holding);
  }

  private enqueue(): void {
    if (this.naive.queue.size >= MOST_WAITING) return;
    this.lastId += 1;
    const job = { ...jobSamples[this.below(jobSamples.length)]!, id: this.lastId, eligibleAt: this.now - this.below(100_000_000) };
    this.fleet.enqueue(job);
    this.naive.queue.set(job.id, job);
  }

  private dequeue(): void {
    const ids = [...this.naive.queue.keys()];
    if (ids.length > 0) this.forget(ids[this.below(ids.length)]!);
  }

  private forget(id: number): void {
    this.fleet.dequeue(id);
    this.naive.queue.delete(id);
  }

  private release(): void {
    const holding = this.naive.holdings[this.below(this.naive.holdings.length + 1)];
    if (holding === undefined) return;
    const node = this.below(2) === 0 ? holding.node : undefined;
    this.fleet.release(holding.jobId, holding.attempt, node);
    this.naive.release(holding.jobId, holding.attempt, node);
  }

  /** Comes (back), changes its size, is lost or drained; a node does not get smaller than what is held there. */
  private setNode(place: number): void {
    const node = nodeSamples[place]![this.below(40)]!;
    const held = this.naive.on(node.name);
    const before = this.naive.nodes.get(node.name);
    const next = held.length > 0 && before !== undefined ? { ...before, away: node.away, load: node.load, labels: node.labels } : node;
    this.fleet.setNode(next);
    this.naive.nodes.set(next.name, next);
  }

  private removeNode(): void {
    const name = NAMES[this.below(NAMES.length)]!;
    this.fleet.removeNode(name);
    this.naive.removeNode(name);
  }

  private reserve(): void {
    const startsAt = this.now + this.below(60) * MINUTE;
    const nodes = this.below(3) === 0 ? null : new Set([NAMES[this.below(NAMES.length)]!]);
    const users = new Set(this.below(2) === 0 ? ['ada'] : []);
    const window = { name: 'kept', nodes, users, accounts: new Set<string>(), startsAt, endsAt: startsAt + 30 * MINUTE };
    this.fleet.setReservations(this.below(3) === 0 ? [] : [window]);
  }

  private limit(): void {
    const users = new Map([['bob', { cpus: this.below(20), running_jobs: 1 + this.below(4) }]]);
    this.fleet.setLimits({ users: this.below(2) === 0 ? new Map() : users, accounts: new Map() });
  }

  /** Xorshift. */
  private below(most: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % most;
  }
}

test.each(SEEDS)('after very many events fleet and naive model still agree (seed %i)', { timeout: 240_000 }, (seed) => {
  const run = new Run(seed * 0x9e3779b9);
  for (let event = 0; event < EVENTS / SEEDS.length; event += 1) run.step(event);
  run.compare();
});
