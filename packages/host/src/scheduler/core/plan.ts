/** A node as the plan sees it: what is free now, what it has in all. */
export interface PlanNode {
  readonly name: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  readonly freeCpus: number;
  readonly freeMemoryBytes: number;
  readonly freeGpuIds: readonly number[];
}

export interface PlanJob {
  readonly id: number;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: number;
}

/** Everything a plan depends on. `queue` is in the order in which jobs deserve to start. */
export interface Snapshot {
  readonly nodes: readonly PlanNode[];
  readonly queue: readonly PlanJob[];
}

export interface Placement {
  readonly jobId: number;
  readonly node: string;
  readonly gpuIds: readonly number[];
}

interface Room {
  readonly node: PlanNode;
  cpus: number;
  memoryBytes: number;
  gpuIds: readonly number[];
  /** Kept for a job that waits for it: nobody behind that job may take from it. */
  kept: boolean;
}

/**
 * Decides which jobs start now and where. Pure.
 *
 * Jobs are taken in order; each goes to the fullest node that holds it (best fit, so that wide jobs find room later).
 * A job that does not fit now keeps the node that would hold it with the least missing, so that smaller jobs behind it cannot starve it.
 * Jobs that need nothing (queries) always pass.
 */
export function planPlacements(snapshot: Snapshot): Placement[] {
  const rooms: Room[] = snapshot.nodes.map((node) => ({
    node,
    cpus: node.freeCpus,
    memoryBytes: node.freeMemoryBytes,
    gpuIds: node.freeGpuIds,
    kept: false,
  }));
  const placements: Placement[] = [];
  for (const job of snapshot.queue) {
    const room = chooseRoom(rooms, job);
    if (room !== undefined) placements.push(take(room, job));
    else keepRoom(rooms, job);
  }
  return placements;
}

/** True when an empty cluster could hold the job on one node. */
export function jobCouldEverFit(job: PlanJob, nodes: readonly PlanNode[]): boolean {
  return nodes.some((node) => job.cpus <= node.cpus && job.memoryBytes <= node.memoryBytes && job.gpus <= node.gpus);
}

function chooseRoom(rooms: readonly Room[], job: PlanJob): Room | undefined {
  const needsNothing = job.cpus === 0 && job.memoryBytes === 0 && job.gpus === 0;
  const fitting = needsNothing ? rooms : rooms.filter((room) => !room.kept && fits(room, job));
  return leastBy(fitting, (room) => room.cpus);
}

function fits(room: Room, job: PlanJob): boolean {
  return job.cpus <= room.cpus && job.memoryBytes <= room.memoryBytes && job.gpus <= room.gpuIds.length;
}

function take(room: Room, job: PlanJob): Placement {
  const gpuIds = room.gpuIds.slice(0, job.gpus);
  room.cpus -= job.cpus;
  room.memoryBytes -= job.memoryBytes;
  room.gpuIds = room.gpuIds.slice(job.gpus);
  return { jobId: job.id, node: room.node.name, gpuIds };
}

function keepRoom(rooms: readonly Room[], job: PlanJob): void {
  const candidates = rooms.filter((room) => !room.kept && jobCouldEverFit(job, [room.node]));
  const best = leastBy(candidates, (room) => job.cpus - room.cpus);
  if (best !== undefined) best.kept = true;
}

function leastBy<T>(items: readonly T[], measure: (item: T) => number): T | undefined {
  let best: T | undefined;
  for (const item of items) if (best === undefined || measure(item) < measure(best)) best = item;
  return best;
}
