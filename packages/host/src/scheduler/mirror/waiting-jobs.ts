import type { Fleet } from '../core/model.ts';
import { ArrayQueue } from './array-queue.ts';
import { Dependencies } from './dependencies.ts';
import type { JobShapes, QueueRow } from './job-shapes.ts';

/** Jobs that have not started: those that may start are in the fleet's queue, the others wait for a time, another job or their array. */
export class WaitingJobs {
  readonly dependencies = new Dependencies();
  readonly arrays: ArrayQueue;
  readonly shapes: JobShapes;
  readonly #fleet: Fleet;
  readonly #pending = new Set<number>();
  /** Job to its earliest begin. */
  readonly #delayed = new Map<number, number>();
  /** The least of `#delayed`, where it is known. */
  #next: number | undefined;

  constructor(fleet: Fleet, shapes: JobShapes) {
    this.#fleet = fleet;
    this.shapes = shapes;
    this.arrays = new ArrayQueue(fleet);
  }

  /** Takes a pending job as it is now; its dependencies are known already. */
  put(row: QueueRow, now: number): void {
    this.#pending.add(row.id);
    const late = row.begin_at !== null && row.begin_at > now;
    this.#setBegin(row.id, late ? row.begin_at : null);
    const queued = late || this.dependencies.isBlocked(row.id) ? undefined : this.shapes.toQueuedJob(row);
    if (row.array !== null) this.arrays.setArray(row, queued);
    else if (row.array_id !== null) this.arrays.setTask(row, { active: false, queued });
    else if (queued === undefined) this.#fleet.dequeue(row.id);
    else this.#fleet.enqueue(queued);
  }

  /** Takes a job that is not pending any more. */
  drop(row: QueueRow, active: boolean): void {
    if (this.#pending.delete(row.id)) {
      this.#setBegin(row.id, null);
      this.dependencies.drop(row.id);
      this.#fleet.dequeue(row.id);
    }
    if (row.array_id !== null) this.arrays.setTask(row, { active, queued: undefined });
    if (row.array === null) return;
    if (active) this.arrays.setArray(row, undefined);
    else this.arrays.dropArray(row.id);
  }

  /** Forgets a job that the store has no more. */
  forget(id: number): void {
    this.#pending.delete(id);
    this.#setBegin(id, null);
    this.dependencies.drop(id);
    this.arrays.dropArray(id);
    this.#fleet.dequeue(id);
  }

  /** Jobs whose earliest begin has come. */
  due(now: number): number[] {
    if ((this.nextBegin ?? Infinity) > now) return [];
    return [...this.#delayed].flatMap(([id, beginAt]) => (beginAt <= now ? [id] : []));
  }

  /** The next earliest begin; undefined = none is waited for. Milliseconds since the epoch. */
  get nextBegin(): number | undefined {
    if (this.#next === undefined)
      for (const beginAt of this.#delayed.values()) if (this.#next === undefined || beginAt < this.#next) this.#next = beginAt;
    return this.#next;
  }

  beginOf(id: number): number | undefined {
    return this.#delayed.get(id);
  }

  get ids(): ReadonlySet<number> {
    return this.#pending;
  }

  #setBegin(id: number, beginAt: number | null): void {
    if (this.#delayed.get(id) === this.#next) this.#next = undefined;
    if (beginAt === null) this.#delayed.delete(id);
    else this.#delayed.set(id, beginAt);
    if (beginAt !== null && this.#next !== undefined && beginAt < this.#next) this.#next = beginAt;
  }
}
