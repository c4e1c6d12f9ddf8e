import type { NewMember } from '../../allocations/allocation-store.ts';
import type { Fleet, Holding } from '../core/model.ts';
import type { QueueRow } from './job-shapes.ts';

/** An end that moves by less than this is not told to the scheduler, ms. */
const END_SLACK_MS = 1_000;

interface Held {
  readonly attempt: number;
  readonly holdings: Holding[];
  /** CPUs that its parts are bound to, by node. */
  readonly cpuIds: ReadonlyMap<string, readonly number[]>;
}

/** What running jobs hold, as the fleet was told. */
export class HeldResources {
  readonly #fleet: Fleet;
  readonly #jobs = new Map<number, Held>();
  readonly #bound = new Map<string, Set<number>>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** Attempt that a job holds something with; undefined = it holds nothing. */
  attemptOf(jobId: number): number | undefined {
    return this.#jobs.get(jobId)?.attempt;
  }

  /** Books what an attempt holds; what the job held before is given back. Throws a RangeError when a node has not that much free. */
  hold(row: QueueRow, members: readonly NewMember[], allocatedAt: number): void {
    this.release(row.id);
    const cpuIds = new Map(members.filter((member) => member.cpu_ids.length > 0).map((member) => [member.node, member.cpu_ids]));
    const held: Held = { attempt: row.attempt, holdings: [], cpuIds };
    this.#jobs.set(row.id, held);
    for (const [node, ids] of cpuIds) this.#bind(node, ids);
    for (const member of members) {
      const holding = makeHolding(row, member, allocatedAt);
      this.#fleet.hold(holding);
      held.holdings.push(holding);
    }
  }

  /** Gives back what a job holds on a node, or everywhere. */
  release(jobId: number, node?: string): void {
    const held = this.#jobs.get(jobId);
    if (held === undefined) return;
    const gone = held.holdings.filter((holding) => node === undefined || holding.node === node);
    for (const holding of gone) {
      this.#fleet.release(jobId, held.attempt, holding.node);
      for (const id of held.cpuIds.get(holding.node) ?? []) this.#bound.get(holding.node)?.delete(id);
    }
    const left = held.holdings.filter((holding) => !gone.includes(holding));
    if (left.length === 0) this.#jobs.delete(jobId);
    else this.#jobs.set(jobId, { ...held, holdings: left });
  }

  /** Tells the fleet when the job will end and whether it makes room already. */
  update(row: QueueRow): void {
    const held = this.#jobs.get(row.id);
    if (held === undefined) return;
    for (const [place, holding] of held.holdings.entries()) {
      const changed = adjust(holding, row);
      if (changed === holding) continue;
      if (this.#replace(changed)) held.holdings[place] = changed;
    }
  }

  /** CPUs of a node that jobs are bound to. */
  boundOn(node: string): ReadonlySet<number> {
    return this.#bound.get(node) ?? new Set();
  }

  /** `job.attempt@node` of everything that is held. */
  *keys(): Generator<string> {
    for (const [jobId, held] of this.#jobs) for (const { node } of held.holdings) yield `${jobId}.${held.attempt}@${node}`;
  }

  /** Ids of the jobs that hold something. */
  ids(): Iterable<number> {
    return this.#jobs.keys();
  }

  /** False on a node that shrank below what is held there: it keeps what it was told. */
  #replace(holding: Holding): boolean {
    try {
      this.#fleet.hold(holding);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  #bind(node: string, ids: readonly number[]): void {
    const bound = this.#bound.get(node) ?? new Set();
    for (const id of ids) bound.add(id);
    this.#bound.set(node, bound);
  }
}

function makeHolding(row: QueueRow, member: NewMember, allocatedAt: number): Holding {
  const startedAt = row.started_at ?? allocatedAt;
  return {
    jobId: row.id,
    attempt: row.attempt,
    node: member.node,
    cpus: member.cpus,
    memoryBytes: member.memory_bytes,
    gpuIds: member.gpu_ids,
    numa: member.numa,
    user: row.user,
    account: row.account,
    class: row.class,
    startedAt,
    endsAt: row.time_limit_ms === null ? null : startedAt + row.time_limit_ms,
    stopping: row.stop_by !== null,
  };
}

function adjust(holding: Holding, row: QueueRow): Holding {
  const stopping = row.stop_by !== null;
  const startedAt = row.started_at ?? holding.startedAt;
  const endsAt = row.time_limit_ms === null ? null : startedAt + row.time_limit_ms;
  const moved = Math.abs((endsAt ?? 0) - (holding.endsAt ?? 0)) > END_SLACK_MS;
  if (stopping === holding.stopping && !moved) return holding;
  return { ...holding, stopping, startedAt: moved ? startedAt : holding.startedAt, endsAt: moved ? endsAt : holding.endsAt };
}
