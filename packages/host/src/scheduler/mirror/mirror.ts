import type { Logger } from '@weir/runtime';
import { listHeldAllocations, type NewMember } from '../../allocations/allocation-store.ts';
import type { Committed } from '../../store/group-commit.ts';
import type { Store } from '../../store/store.ts';
import type { Policy } from '../core/model.ts';
import { FleetCopy } from './fleet-copy.ts';
import { JobShapes, type QueueRow } from './job-shapes.ts';
import { loadCopy, loadPolicy } from './load-copy.ts';
import { listDependencies, listKnownNodes, listQueueRows } from './mirror-store.ts';
import { readChanges, readMembers, readReleasedNode, type Changes } from './read-changes.ts';

export interface MirrorParts {
  readonly store: Store;
  readonly policy: Policy;
  readonly log: Logger;
}

/** Usage moves shares slowly: it is read again after this many ms at the earliest. */
const SHARES_AGE_MS = 10_000;

/**
 * The scheduler's copy of the fleet and its queue, kept up to date by what is committed.
 *
 * Batches are taken in the order of their commits, one after the other. Each event makes the copy agree with the job's newest row, so that
 * an event that comes late or twice does no harm. A batch that cannot be taken makes the copy unsound: it is loaded anew before its next use.
 */
export class Mirror {
  readonly #parts: MirrorParts;
  readonly #shapes = new JobShapes();
  #copy: FleetCopy;
  #tail: Promise<void> = Promise.resolve();
  #untaken = 0;
  #sound = true;
  /** How often the copy was found unsound: what was read before the last time does not make it sound. */
  #doubts = 0;
  #sharesReadAt = Date.now();
  #used = false;
  #tellRoom: () => void = () => undefined;

  private constructor(parts: MirrorParts) {
    this.#parts = parts;
    this.#copy = new FleetCopy(parts.policy, this.#shapes);
  }

  /** Loads the copy and follows the store from there on. */
  static async open(parts: MirrorParts): Promise<Mirror> {
    const mirror = new Mirror(parts);
    parts.store.onEvents((batch) => mirror.#take(batch));
    await mirror.reload();
    return mirror;
  }

  /** The copy as of the last batch that was taken. */
  get copy(): FleetCopy {
    return this.#copy;
  }

  /** Calls `listener`, and none before it any more, when something may be able to start that could not before. */
  onRoom(listener: () => void): void {
    this.#tellRoom = listener;
  }

  /** False while batches that are committed are not taken yet. */
  get isCurrent(): boolean {
    return this.#untaken === 0;
  }

  /** Hears what other hosts have committed so far, and follows it. */
  async upToDate(): Promise<void> {
    await this.#parts.store.catchUp();
    await this.settled();
  }

  /** Resolves when everything that was committed before the call is taken; rejects when the store cannot be read. */
  async settled(): Promise<void> {
    await this.#tail;
    if (this.#sound) return;
    // A transaction whose answer was lost may still be on its way: a write of ours comes after it.
    await this.#parts.store.write(() => Promise.resolve());
    await this.reload();
  }

  /** To be called when it is not known what was committed: the copy is unsound until it is loaded anew. */
  doubt(): void {
    this.#sound = false;
    this.#doubts += 1;
  }

  /** Forgets everything and reads it again; until that is done the copy is unsound. */
  reload(): Promise<void> {
    this.doubt();
    const doubts = this.#doubts;
    const loaded = this.#tail.then(async () => {
      this.#copy = await loadCopy(this.#parts.store.read, this.#parts.policy, this.#shapes);
      this.#sound = doubts === this.#doubts;
      this.#tellRoom();
    });
    this.#tail = loaded.catch(() => undefined);
    return loaded;
  }

  /** Queues the jobs whose earliest begin has come, and reads usage again when it is old. */
  refresh(now: number): Promise<void> {
    const refreshed = this.#tail.then(async () => {
      const due = this.#copy.waiting.due(now);
      if (due.length > 0) for (const row of await listQueueRows(this.#parts.store.read, due)) this.#copy.setJob(row, now);
      if (!this.#used || now - this.#sharesReadAt < SHARES_AGE_MS) return;
      await this.#readPolicy(now);
    });
    this.#tail = refreshed.catch(() => undefined);
    return refreshed;
  }

  /** Makes the copy agree with the store about these jobs; resolves when it does. */
  recheck(ids: readonly number[]): Promise<void> {
    const checked = this.#tail.then(async () => {
      const rows = new Map((await listQueueRows(this.#parts.store.read, ids)).map((row) => [row.id, row]));
      for (const id of ids) if (!rows.has(id)) this.#copy.forgetJob(id);
      await this.#readDependencies(ids);
      for (const row of rows.values()) this.#copy.setJob(row, Date.now());
      await this.#readHeld([...rows.values()]);
      this.#tellRoom();
    });
    this.#tail = checked.catch(() => undefined);
    return checked;
  }

  /** Takes a start of this host's own at once: its event may be told later. */
  noteStarted(row: QueueRow, members: readonly NewMember[]): void {
    if (this.#copy.held.attemptOf(row.id) === row.attempt) return;
    try {
      this.#copy.setJob(row, Date.now(), members);
    } catch (error) {
      this.#distrust(error);
    }
  }

  #take(batch: readonly Committed[]): void {
    this.#untaken += 1;
    this.#tail = this.#tail
      .then(() => this.#apply(batch))
      .catch((error: unknown) => this.#distrust(error))
      .finally(() => {
        this.#untaken -= 1;
      });
  }

  /** A node that shrank between a plan and its commit, or a store that could not be read. */
  #distrust(error: unknown): void {
    this.doubt();
    this.#parts.log.error({ err: error }, "the scheduler's copy could not follow the store: it is loaded again");
    this.#tellRoom();
  }

  async #apply(batch: readonly Committed[]): Promise<void> {
    const changes = await readChanges(this.#parts.store.read, batch);
    const room = [await this.#applyFleet(changes), await this.#applyJobs(changes)];
    if (room.includes(true)) this.#tellRoom();
  }

  async #applyFleet({ nodes, policy }: Changes): Promise<boolean> {
    if (nodes.length > 0) {
      const known = new Map((await listKnownNodes(this.#parts.store.read, nodes)).map((found) => [found.node.name, found]));
      for (const name of nodes) {
        const found = known.get(name);
        if (found === undefined) this.#copy.removeNode(name);
        else this.#copy.setNode(found);
      }
    }
    if (policy) await this.#readPolicy(Date.now());
    return nodes.length > 0 || policy;
  }

  async #applyJobs(changes: Changes): Promise<boolean> {
    const now = Date.now();
    const copy = this.#copy;
    copy.waiting.dependencies.set(changes.submitted, changes.dependencies);
    const unread: QueueRow[] = [];
    const released = new Set<number>();
    let room = false;
    for (const change of changes.jobs) {
      const { row, event } = change;
      if (row === undefined) {
        if (event.job_id !== null) copy.forgetJob(event.job_id);
        continue;
      }
      const effect = copy.setJob(row, now, readMembers(change));
      if (effect === 'unknown_allocations') unread.push(row);
      room ||= effect === 'room';
      const node = readReleasedNode(change);
      if (node !== undefined) {
        copy.held.release(row.id, node);
        room = true;
      }
      if (event.type === 'job.ended') released.add(row.id);
    }
    if (released.size > 0) this.#used = true;
    await this.#readHeld(unread);
    await this.#releaseDependants(released);
    return room;
  }

  async #readHeld(rows: readonly QueueRow[]): Promise<void> {
    if (rows.length === 0) return;
    const ids = rows.map(({ id }) => id);
    const held = Map.groupBy(await listHeldAllocations(this.#parts.store.read, ids), (allocation) => allocation.jobId);
    for (const row of rows) {
      const own = held.get(row.id)?.filter(({ attempt }) => attempt === row.attempt) ?? [];
      if (this.#copy.held.attemptOf(row.id) !== row.attempt) this.#copy.setHeld(row, own);
    }
  }

  async #releaseDependants(ended: ReadonlySet<number>): Promise<void> {
    const dependants = new Set([...ended].flatMap((id) => [...this.#copy.waiting.dependencies.dependantsOf(id)]));
    if (dependants.size === 0) return;
    const ids = [...dependants];
    await this.#readDependencies(ids);
    for (const row of await listQueueRows(this.#parts.store.read, ids)) this.#copy.setJob(row, Date.now());
  }

  async #readDependencies(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const wanted = new Set(ids);
    const found = await listDependencies(this.#parts.store.read, Math.min(...ids), Math.max(...ids));
    this.#copy.waiting.dependencies.set(
      ids,
      found.filter(({ jobId }) => wanted.has(jobId)),
    );
  }

  async #readPolicy(now: number): Promise<void> {
    await loadPolicy(this.#parts.store.read, this.#copy, this.#parts.policy);
    this.#sharesReadAt = now;
    this.#used = false;
  }
}
