import { countIndices } from '../../jobs/arrays/index-ranges.ts';
import type { ArrayRecord } from '../../jobs/job-request.ts';
import { parseStored } from '../../store/parse-json.ts';
import type { Fleet, QueuedJob } from '../core/model.ts';
import type { QueueRow } from './job-shapes.ts';

interface ArrayState {
  parallel: number | null;
  /** Tasks that have not started. */
  waiting: number;
  /** The array as a whole in the queue; undefined = nothing of it may start yet. */
  head: QueuedJob | undefined;
  /** Tasks that hold a node. */
  readonly active: Set<number>;
  /** Tasks that went back to the queue, each a job of its own. */
  readonly returned: Map<number, QueuedJob>;
}

/** Arrays of the queue: no more tasks of one may start than its own limit allows. */
export class ArrayQueue {
  readonly #fleet: Fleet;
  readonly #arrays = new Map<number, ArrayState>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** Takes an array as it is now; `head` is what of it may start as far as time and dependencies go. */
  setArray(row: QueueRow, head: QueuedJob | undefined): void {
    const record = parseStored<ArrayRecord>(row.array ?? '{}');
    const state = this.#require(row.id);
    state.parallel = record.parallel;
    state.waiting = countIndices(record.waiting);
    state.head = head;
    this.#refresh(row.id, state);
  }

  /** Forgets an array that has ended. */
  dropArray(id: number): void {
    if (this.#arrays.delete(id)) this.#fleet.dequeue(id);
  }

  /** Takes a task as it is now: it holds a node, waits again (`queued`), or neither. */
  setTask(row: QueueRow, place: { active: boolean; queued: QueuedJob | undefined }): void {
    if (row.array_id === null) return;
    const state = this.#require(row.array_id);
    if (place.active) state.active.add(row.id);
    else state.active.delete(row.id);
    if (place.queued !== undefined) state.returned.set(row.id, place.queued);
    else if (state.returned.delete(row.id)) this.#fleet.dequeue(row.id);
    if (state.head !== undefined || state.returned.size > 0) this.#refresh(row.array_id, state);
    else if (state.active.size === 0 && state.waiting === 0) this.#arrays.delete(row.array_id);
  }

  /** True for an array as a whole, not for its tasks. */
  has(id: number): boolean {
    return this.#arrays.has(id);
  }

  /** Why nothing more of the array may start now although there may be room; undefined = its own limit does not hold it. */
  limitOf(id: number): { parallel: number; active: number } | undefined {
    const state = this.#arrays.get(id);
    if (state === undefined || state.parallel === null || state.active.size < state.parallel) return undefined;
    return { parallel: state.parallel, active: state.active.size };
  }

  #refresh(id: number, state: ArrayState): void {
    let free = state.parallel === null ? Infinity : Math.max(0, state.parallel - state.active.size);
    for (const [taskId, queued] of state.returned) {
      if (free > 0) this.#fleet.enqueue(queued);
      else this.#fleet.dequeue(taskId);
      free = Math.max(0, free - 1);
    }
    const tasks = Math.min(state.waiting, free);
    if (state.head !== undefined && tasks > 0) this.#fleet.enqueue({ ...state.head, tasks });
    else this.#fleet.dequeue(id);
  }

  #require(id: number): ArrayState {
    const known = this.#arrays.get(id);
    if (known !== undefined) return known;
    const state: ArrayState = { parallel: null, waiting: 0, head: undefined, active: new Set(), returned: new Map() };
    this.#arrays.set(id, state);
    return state;
  }
}
