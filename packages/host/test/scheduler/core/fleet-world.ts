import type { Fleet, FleetNode, Holding, Plan, Policy, QueuedJob } from '../../../src/scheduler/core/model.ts';
import { createFleet } from '../../../src/scheduler/core/fleet.ts';

export const GIB = 1024 ** 3;
export const NOW = 1_700_000_000_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const POLICY: Policy = {
  weights: { age: 1000, fairShare: 1000, size: 0, user: 1000 },
  maxAgeMs: 24 * HOUR,
  usageHalfLifeMs: 24 * HOUR,
  strategy: 'binpack',
  bookings: 10,
  unlimitedMs: 24 * HOUR,
};

export function makeNode(name: string, over: Partial<FleetNode> = {}): FleetNode {
  const whole = { cpus: 8, memoryBytes: 16 * GIB, gpus: [], numa: [], labels: {}, executors: ['process'], away: [], load: 0 };
  return { name, ...whole, ...over };
}

export function makeGpus(count: number, over: Partial<FleetNode['gpus'][number]> = {}): FleetNode['gpus'] {
  return Array.from({ length: count }, (_, index) => ({ index, name: 'NVIDIA A100', memoryBytes: 40 * GIB, ...over }));
}

type JobWish = Partial<Omit<QueuedJob, 'demand' | 'placing'>> & Partial<QueuedJob['demand']> & Partial<QueuedJob['placing']>;

/** A job of one CPU; whatever is named differs. */
export function makeJob(id: number, wish: JobWish = {}): QueuedJob {
  const { cpus = 1, memoryBytes = 0, gpus = 0, gpuType = null, gpuMemoryBytes = 0, exclusive = false, ...others } = wish;
  const { nodes = 1, partition = null, labels = {}, target = null, strategy = null, executor = 'process', ...about } = others;
  return {
    id,
    user: 'ada',
    account: 'lab',
    class: 'normal',
    priority: 0,
    eligibleAt: NOW - HOUR,
    timeLimitMs: null,
    tasks: 1,
    ...about,
    demand: { cpus, memoryBytes, gpus, gpuType, gpuMemoryBytes, exclusive },
    placing: { nodes, partition, labels, target, strategy, executor },
  };
}

export function makeHolding(jobId: number, node: string, over: Partial<Holding> = {}): Holding {
  const part = { cpus: 1, memoryBytes: 0, gpuIds: [], numa: null };
  const about = { user: 'bob', account: 'other', class: 'normal', startedAt: NOW - HOUR, endsAt: null, stopping: false } as const;
  return { jobId, attempt: 1, node, ...part, ...about, ...over };
}

export interface FleetParts {
  readonly nodes?: readonly FleetNode[];
  readonly held?: readonly Holding[];
  readonly queue?: readonly QueuedJob[];
  readonly policy?: Partial<Policy>;
}

export function makeFleet({ nodes = [], held = [], queue = [], policy = {} }: FleetParts): Fleet {
  const fleet = createFleet({ ...POLICY, ...policy });
  for (const node of nodes) fleet.setNode(node);
  for (const holding of held) fleet.hold(holding);
  for (const job of queue) fleet.enqueue(job);
  return fleet;
}

/** Job ids to the nodes on which they start. */
export function whereStarted({ starts }: Plan): Record<number, string[]> {
  return Object.fromEntries(starts.map(({ jobId, members }) => [jobId, members.map(({ node }) => node)]));
}

export function idsOf(items: readonly { readonly jobId: number }[]): number[] {
  return items.map(({ jobId }) => jobId);
}

/** Makes the starts of a plan true, as its caller would. */
export function applyStarts(fleet: Fleet, { starts }: Plan, about: { jobs: ReadonlyMap<number, QueuedJob>; now: number }): Holding[] {
  const held: Holding[] = [];
  for (const [index, { jobId, members }] of starts.entries()) {
    const job = about.jobs.get(jobId);
    if (job === undefined) throw new RangeError(`job ${jobId} does not wait`);
    const endsAt = job.timeLimitMs === null ? null : about.now + job.timeLimitMs;
    const { user, account, class: name } = job;
    for (const member of members)
      held.push({ jobId, attempt: index + 1, ...member, user, account, class: name, startedAt: about.now, endsAt, stopping: false });
    fleet.dequeue(jobId);
  }
  for (const holding of held) fleet.hold(holding);
  return held;
}
