import { createFleet, type Fleet, type FleetNode, type Holding, type Plan, type Policy, type QueuedJob } from '@weir/host/scheduler';
import { Random } from './random.ts';

const GIB = 1024 ** 3;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ACCOUNTS = 20;
const USERS_OF_AN_ACCOUNT = 4;

const POLICY: Policy = {
  weights: { age: 1000, fairShare: 2000, size: 500, user: 1000 },
  maxAgeMs: 7 * 24 * HOUR,
  usageHalfLifeMs: 7 * 24 * HOUR,
  strategy: 'binpack',
  bookings: 10,
  unlimitedMs: 24 * HOUR,
};

type Shape = Pick<QueuedJob, 'demand' | 'placing' | 'timeLimitMs'>;

/** A fleet of 64-CPU nodes, each fifth with 8 GPUs, and a queue of jobs of many owners; the same for the same seed. */
export class World {
  readonly fleet: Fleet = createFleet(POLICY);
  now = 1_700_000_000_000;
  private readonly random: Random;
  private readonly shapes: readonly Shape[];
  private readonly running: Holding[] = [];
  private lastId = 0;

  constructor(parts: { seed: number; nodes: number; shapes: number }) {
    this.random = new Random(parts.seed);
    this.shapes = Array.from({ length: parts.shapes }, () => this.makeShape());
    for (let index = 0; index < parts.nodes; index += 1) this.fleet.setNode(makeNode(index));
    const usage = new Map<string, number>();
    for (let owner = 0; owner < ACCOUNTS * USERS_OF_AN_ACCOUNT; owner += 1) {
      const { account, user } = nameOwner(owner);
      usage.set(`${account}\u0000${user}`, this.random.between(0, 1_000_000));
    }
    this.fleet.setShares({ shares: new Map(), usage, asOf: this.now });
  }

  /** Jobs take all CPUs of all nodes, and end at different times. */
  fill(nodes: number): void {
    for (let index = 0; index < nodes; index += 1) {
      const node = makeNode(index);
      let gpus = node.gpus.map((gpu) => gpu.index);
      for (let cpus = node.cpus; cpus > 0;) {
        const taken = Math.min(cpus, this.random.between(1, 16));
        const gpuIds = gpus.slice(0, cpus === taken ? gpus.length : Math.min(gpus.length, 1));
        gpus = gpus.slice(gpuIds.length);
        cpus -= taken;
        this.hold({ cpus: taken, memoryBytes: taken * 2 * GIB, gpuIds }, node.name);
      }
    }
  }

  enqueue(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      this.lastId += 1;
      this.fleet.enqueue(this.makeJob(this.lastId));
    }
  }

  /** One running job ends, one new job comes, some time goes by. */
  change(): void {
    const place = this.random.between(0, this.running.length - 1);
    const ended = this.running[place];
    const last = this.running.pop();
    if (ended !== undefined && last !== undefined) {
      if (ended !== last) this.running[place] = last;
      this.fleet.release(ended.jobId, ended.attempt, ended.node);
    }
    this.enqueue(1);
    this.now += 50;
  }

  /** Makes the starts of a plan true. */
  apply({ starts }: Plan): void {
    for (const { jobId, members } of starts) {
      const job = this.makeJob(jobId);
      this.fleet.dequeue(jobId);
      const endsAt = job.timeLimitMs === null ? null : this.now + job.timeLimitMs;
      const about = { user: job.user, account: job.account, class: job.class, startedAt: this.now, endsAt };
      for (const member of members) {
        const holding = { jobId, attempt: 1, ...member, ...about, stopping: false };
        this.fleet.hold(holding);
        this.running.push(holding);
      }
    }
  }

  private hold(part: Pick<Holding, 'cpus' | 'memoryBytes' | 'gpuIds'>, node: string): void {
    this.lastId += 1;
    const startedAt = this.now - this.random.between(0, 12 * HOUR);
    const endsAt = this.random.chance(0.9) ? this.now + this.random.between(MINUTE, 24 * HOUR) : null;
    const owner = nameOwner(this.random.between(0, ACCOUNTS * USERS_OF_AN_ACCOUNT - 1));
    const about = {
      jobId: this.lastId,
      attempt: 1,
      node,
      numa: null,
      ...owner,
      class: 'normal',
      startedAt,
      endsAt,
      stopping: false,
    } as const;
    const holding: Holding = { ...about, ...part };
    this.fleet.hold(holding);
    this.running.push(holding);
  }

  /** The same for the same id, so that the queue need not be kept twice. */
  private makeJob(id: number): QueuedJob {
    const random = new Random(id);
    return {
      id,
      ...nameOwner(random.between(0, ACCOUNTS * USERS_OF_AN_ACCOUNT - 1)),
      class: random.chance(0.1) ? 'scavenger' : 'normal',
      priority: random.chance(0.05) ? 100 : 0,
      eligibleAt: this.now - random.between(0, 10 * 24 * HOUR),
      ...random.pick(this.shapes),
      tasks: 1,
    };
  }

  private makeShape(): Shape {
    const { random } = this;
    const gpus = random.chance(0.2) ? random.pick([1, 1, 2, 4, 8]) : 0;
    return {
      demand: {
        cpus: random.chance(0.5) ? random.between(1, 8) : random.between(1, 64),
        memoryBytes: random.between(0, 128) * GIB,
        gpus,
        gpuType: gpus > 0 && random.chance(0.3) ? 'a100' : null,
        gpuMemoryBytes: 0,
        exclusive: random.chance(0.02),
      },
      placing: {
        nodes: random.chance(0.05) ? random.between(2, 64) : 1,
        partition: null,
        labels: random.chance(0.1) ? { rack: `r${random.between(0, 9)}` } : {},
        target: null,
        strategy: null,
        executor: 'process',
      },
      timeLimitMs: random.chance(0.9) ? random.between(1, 24 * 60) * MINUTE : null,
    };
  }
}

function makeNode(index: number): FleetNode {
  const gpus = index % 5 === 0 ? Array.from({ length: 8 }, (_, gpu) => ({ index: gpu, name: 'NVIDIA A100', memoryBytes: 80 * GIB })) : [];
  return {
    name: `node-${String(index).padStart(5, '0')}`,
    cpus: 64,
    memoryBytes: 256 * GIB,
    gpus,
    numa: [],
    labels: { rack: `r${index % 10}` },
    executors: ['process'],
    away: [],
    load: 0,
  };
}

function nameOwner(owner: number): { user: string; account: string } {
  return { user: `user-${owner}`, account: `account-${owner % ACCOUNTS}` };
}
