import type { Gpu } from '@weir/contract';
import type { Demand, Member, Placing } from '../model.ts';
import type { Space } from './space.ts';

/** What one member needs, and how exactly its place is given. */
export interface Wish {
  readonly demand: Demand;
  readonly placing: Placing;
}

/** A wish with what follows from it. */
export interface Need extends Wish {
  readonly needsNothing: boolean;
  /** Of one member. */
  readonly gpus: number;
}

/** True for a job that reserves nothing: it has room on any node that is ready. */
export function needsNothing({ demand, placing }: Wish): boolean {
  return demand.cpus === 0 && demand.memoryBytes === 0 && countGpus({ demand, placing }) === 0 && !demand.exclusive;
}

/** GPUs of one member: named ones count too. */
export function countGpus({ demand, placing }: Wish): number {
  return placing.target?.gpuIds?.length ?? demand.gpus;
}

const NO_GPUS: readonly number[] = [];

/** True when the free parts of a node hold one member; whether the job may use that node at all is asked elsewhere. */
export function spaceHolds(space: Space, need: Need): boolean {
  if (need.needsNothing) return true;
  const { cpus, memoryBytes, exclusive } = need.demand;
  if (cpus > Math.max(0, space.cpus) || memoryBytes > Math.max(0, space.memoryBytes)) return false;
  if (exclusive && !space.whole) return false;
  return numaHolds(space, need) && gpusHold(space, need);
}

/** What one member gets of a node; undefined when it does not fit. */
export function chooseMember(space: Space, need: Need): Member | undefined {
  if (!spaceHolds(space, need)) return undefined;
  const { node } = space;
  const { cpus, memoryBytes, exclusive } = need.demand;
  if (exclusive)
    return { node: node.name, cpus: node.cpus, memoryBytes: node.memoryBytes, gpuIds: space.gpus.map(({ index }) => index), numa: null };
  const numa = chooseNuma(space, need);
  return { node: node.name, cpus, memoryBytes, gpuIds: chooseGpus(space, need, numa), numa };
}

/** Free GPUs that suit the demand. */
function listSuitable(space: Space, { demand, placing }: Wish): readonly Gpu[] {
  const ids = placing.target?.gpuIds;
  const numa = placing.target?.numa ?? null;
  // A GPU of which nobody knows where it is attached is near to every NUMA node.
  const isNear = (gpu: Gpu) => numa === null || (gpu.numa ?? numa) === numa;
  return space.gpus.filter((gpu) => gpuSuits(gpu, demand) && (ids?.includes(gpu.index) ?? true) && isNear(gpu));
}

/** True when the GPU is of the type and has the memory that the demand asks for. */
export function gpuSuits(gpu: Gpu, { gpuType, gpuMemoryBytes }: Demand): boolean {
  return gpu.memoryBytes >= gpuMemoryBytes && (gpuType === null || gpu.name.toLowerCase().includes(gpuType));
}

function gpusHold(space: Space, need: Need): boolean {
  return need.gpus === 0 || (need.gpus <= space.gpus.length && listSuitable(space, need).length >= need.gpus);
}

function numaHolds(space: Space, { demand, placing }: Wish): boolean {
  const id = placing.target?.numa ?? null;
  if (id === null) return true;
  const numa = space.numaSpace(id);
  return numa !== undefined && demand.cpus <= numa.cpus && demand.memoryBytes <= numa.memoryBytes;
}

/** The NUMA node that holds a whole member: one that has its GPUs too before one that has not, then the one with the fewest free CPUs. */
function chooseNuma(space: Space, need: Need): number | null {
  const { demand, placing, gpus } = need;
  const wanted = placing.target?.numa ?? null;
  if (wanted !== null) return wanted;
  if (demand.cpus === 0 || space.numa.length === 0) return null;
  const fitting = space.numa.filter((numa) => demand.cpus <= numa.cpus && demand.memoryBytes <= numa.memoryBytes);
  const suitable = gpus === 0 ? [] : listSuitable(space, need);
  const local = fitting.filter(({ id }) => suitable.filter((gpu) => gpu.numa === id).length >= gpus);
  const best = (local.length > 0 ? local : fitting).toSorted((left, right) => left.cpus - right.cpus || left.id - right.id);
  return best[0]?.id ?? null;
}

/** Those of the NUMA node first, then the smallest that will do. */
function chooseGpus(space: Space, need: Need, numa: number | null): readonly number[] {
  if (need.gpus === 0) return NO_GPUS;
  const away = (gpu: Gpu) => (gpu.numa === numa ? 0 : 1);
  const best = listSuitable(space, need).toSorted((left, right) => away(left) - away(right) || left.memoryBytes - right.memoryBytes);
  return best
    .slice(0, need.gpus)
    .map(({ index }) => index)
    .sort((left, right) => left - right);
}
