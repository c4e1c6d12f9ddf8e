import type { Gpu, NumaNode } from '@weir/contract';
import type { FleetNode } from '../model.ts';

/** What somebody takes of a node. */
export interface Part {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpuIds: readonly number[];
  /** NUMA node that holds all of it; null = not bound to one. */
  readonly numa: number | null;
}

interface NumaSpace {
  readonly id: number;
  cpus: number;
  memoryBytes: number;
}

/** What is free on one node, in all its parts. More may be taken than there is (a node that shrank): then it is below zero. */
export class Space {
  readonly node: FleetNode;
  cpus: number;
  memoryBytes: number;
  /** By index. */
  gpus: readonly Gpu[];
  readonly numa: readonly NumaSpace[];
  private readonly allGpus: readonly Gpu[];

  /** All of the node, or as much as `like` has of it. */
  constructor(node: FleetNode, like?: Space) {
    this.node = node;
    this.cpus = like?.cpus ?? node.cpus;
    this.memoryBytes = like?.memoryBytes ?? node.memoryBytes;
    this.allGpus = like?.allGpus ?? (node.gpus.length < 2 ? node.gpus : [...node.gpus].sort(byIndex));
    this.gpus = like?.gpus ?? this.allGpus;
    this.numa = like === undefined ? node.numa.map(makeNumaSpace) : like.numa.map(copyNumaSpace);
  }

  clone(): Space {
    return new Space(this.node, this);
  }

  /** True when nothing is taken. */
  get whole(): boolean {
    const { node } = this;
    return this.cpus === node.cpus && this.memoryBytes === node.memoryBytes && this.gpus.length === node.gpus.length;
  }

  take(part: Part): void {
    this.add(part, -1);
    if (part.gpuIds.length > 0) this.gpus = this.gpus.filter(({ index }) => !part.gpuIds.includes(index));
  }

  give(part: Part): void {
    this.add(part, 1);
    if (part.gpuIds.length === 0) return;
    this.gpus = this.allGpus.filter((gpu) => part.gpuIds.includes(gpu.index) || this.gpus.includes(gpu));
  }

  numaSpace(id: number): NumaSpace | undefined {
    return this.numa.find((numa) => numa.id === id);
  }

  /** True when all of the part is free: its GPUs by their ids, its CPUs and memory also on its NUMA node. */
  covers(part: Part): boolean {
    if (part.cpus > Math.max(0, this.cpus) || part.memoryBytes > Math.max(0, this.memoryBytes)) return false;
    if (!part.gpuIds.every((id) => this.gpus.some(({ index }) => index === id))) return false;
    const numa = part.numa === null ? undefined : this.numaSpace(part.numa);
    return numa === undefined || (part.cpus <= Math.max(0, numa.cpus) && part.memoryBytes <= Math.max(0, numa.memoryBytes));
  }

  private add(part: Part, sign: 1 | -1): void {
    this.cpus += sign * part.cpus;
    this.memoryBytes += sign * part.memoryBytes;
    if (part.numa === null) return;
    const numa = this.numaSpace(part.numa);
    if (numa === undefined) return;
    numa.cpus += sign * part.cpus;
    numa.memoryBytes += sign * part.memoryBytes;
  }
}

function makeNumaSpace({ id, cpuIds, memoryBytes }: NumaNode): NumaSpace {
  return { id, cpus: cpuIds.length, memoryBytes };
}

function copyNumaSpace({ id, cpus, memoryBytes }: NumaSpace): NumaSpace {
  return { id, cpus, memoryBytes };
}

function byIndex(left: Gpu, right: Gpu): number {
  return left.index - right.index;
}
