import type { FleetNode, Holding, Member, QueuedJob } from '../../../src/scheduler/core/model.ts';

/** A fleet as a list of nodes and a list of holdings, and nothing else: everything is added up anew whenever it is asked for. */
export class NaiveFleet {
  readonly nodes = new Map<string, FleetNode>();
  readonly queue = new Map<number, QueuedJob>();
  holdings: Holding[] = [];

  on(node: string): Holding[] {
    return this.holdings.filter((holding) => holding.node === node);
  }

  hold(holding: Holding): void {
    this.holdings = this.holdings.filter((other) => !isSameAttempt(other, holding) || other.node !== holding.node);
    this.holdings.push(holding);
  }

  release(jobId: number, attempt: number, node?: string): void {
    this.holdings = this.holdings.filter(
      (other) => !isSameAttempt(other, { jobId, attempt }) || (node !== undefined && other.node !== node),
    );
  }

  removeNode(name: string): void {
    this.nodes.delete(name);
    this.holdings = this.holdings.filter(({ node }) => node !== name);
  }

  /** What is wrong with these parts being taken on top of the holdings; empty when they fit. */
  listOveruse(members: readonly Member[]): string[] {
    return [...this.nodes.values()].flatMap((node) => {
      const own = members.filter((member) => member.node === node.name);
      return own.length === 0 ? [] : findOveruse(node, [...this.on(node.name), ...own]);
    });
  }

  /** True when the node could take one member of the job now, by its sizes, its place and its parts. */
  couldTake(name: string, job: QueuedJob): boolean {
    const node = this.nodes.get(name);
    if (node === undefined || node.away.length > 0 || !isAllowed(node, job)) return false;
    const taken = this.on(name);
    const { demand } = job;
    const target = job.placing.target;
    const wanted = target?.gpuIds?.length ?? demand.gpus;
    if (demand.cpus === 0 && demand.memoryBytes === 0 && wanted === 0 && !demand.exclusive) return true;
    if (demand.exclusive && taken.some(({ cpus, memoryBytes, gpuIds }) => cpus > 0 || memoryBytes > 0 || gpuIds.length > 0)) return false;
    if (sum(taken, 'cpus') + demand.cpus > node.cpus || sum(taken, 'memoryBytes') + demand.memoryBytes > node.memoryBytes) return false;
    const gpus = node.gpus.filter(
      (gpu) =>
        !taken.some(({ gpuIds }) => gpuIds.includes(gpu.index)) &&
        gpu.memoryBytes >= demand.gpuMemoryBytes &&
        gpu.name.toLowerCase().includes(demand.gpuType ?? '') &&
        (target?.gpuIds ?? [gpu.index]).includes(gpu.index) &&
        (target?.numa ?? gpu.numa) === (gpu.numa ?? target?.numa ?? gpu.numa),
    );
    if (gpus.length < wanted) return false;
    const numa = target?.numa ?? null;
    if (numa === null) return true;
    const there = node.numa.find(({ id }) => id === numa);
    const bound = taken.filter((holding) => holding.numa === numa);
    return (
      there !== undefined &&
      sum(bound, 'cpus') + demand.cpus <= there.cpuIds.length &&
      sum(bound, 'memoryBytes') + demand.memoryBytes <= there.memoryBytes
    );
  }
}

function findOveruse(node: FleetNode, parts: readonly Pick<Holding, 'cpus' | 'memoryBytes' | 'gpuIds' | 'numa'>[]): string[] {
  const wrong: string[] = [];
  const gpuIds = parts.flatMap((part) => part.gpuIds);
  if (sum(parts, 'cpus') > node.cpus) wrong.push(`${node.name}: CPUs`);
  if (sum(parts, 'memoryBytes') > node.memoryBytes) wrong.push(`${node.name}: memory`);
  if (new Set(gpuIds).size !== gpuIds.length) wrong.push(`${node.name}: a GPU is given twice`);
  if (gpuIds.some((id) => !node.gpus.some(({ index }) => index === id))) wrong.push(`${node.name}: there is no such GPU`);
  for (const numa of node.numa) {
    const bound = parts.filter((part) => part.numa === numa.id);
    if (sum(bound, 'cpus') > numa.cpuIds.length) wrong.push(`${node.name}: CPUs of NUMA node ${numa.id}`);
    if (sum(bound, 'memoryBytes') > numa.memoryBytes) wrong.push(`${node.name}: memory of NUMA node ${numa.id}`);
  }
  return wrong;
}

function isAllowed(node: FleetNode, { placing }: QueuedJob): boolean {
  const partition = node.labels['partition'] ?? placing.partition;
  return (
    (placing.target === null || placing.target.node === node.name) &&
    node.executors.includes(placing.executor) &&
    (placing.partition === null || partition === placing.partition) &&
    Object.entries(placing.labels).every(([name, value]) => node.labels[name] === value)
  );
}

function isSameAttempt(left: Pick<Holding, 'jobId' | 'attempt'>, right: Pick<Holding, 'jobId' | 'attempt'>): boolean {
  return left.jobId === right.jobId && left.attempt === right.attempt;
}

function sum<K extends string>(items: readonly Record<K, number>[], key: K): number {
  return items.reduce((total, item) => total + item[key], 0);
}
