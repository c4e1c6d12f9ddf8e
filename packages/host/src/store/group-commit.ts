import type { Kysely, Transaction } from 'kysely';
import { AppError, type Event } from '@weir/contract';
import type { StoreBackend } from './dialects/backend.ts';
import { insertAudit, type AuditEntry } from './audit-store.ts';
import { insertEvent, insertEvents, type NewEvent } from '../events/event-store.ts';
import { EventLoopShare } from './event-loop-share.ts';
import type { Database, JobRow } from './schema.ts';

/** An event that is durable, with the job as its transaction left it where the writer had it at hand. */
export interface Committed {
  readonly event: Event;
  readonly job: JobRow | undefined;
}

/** What an operation of a write works with. */
export interface WriteContext {
  readonly db: Transaction<Database>;
  /** Stores an event in the same transaction; it is published after the commit, with `job` for those who keep copies of jobs. */
  readonly emit: (event: NewEvent, job?: JobRow) => Promise<void>;
  /** As `emit`, of many events in few statements, in the order given. */
  readonly emitAll: (events: readonly NewEvent[], jobs: readonly JobRow[]) => Promise<void>;
  /** Notes who did what in the same transaction. */
  readonly audit: (entry: AuditEntry) => Promise<void>;
}

/** Works through its context alone: it is run again when an operation of the same transaction throws. */
export type WriteOperation<T> = (context: WriteContext) => Promise<T>;

/** One commit: how many operations shared it, and how long it took from the first of them to the disk. */
export interface CommitMeasure {
  readonly operations: number;
  readonly ms: number;
}

interface Waiting {
  readonly apply: (db: Transaction<Database>, events: Committed[]) => Promise<() => void>;
  readonly refuse: (error: unknown) => void;
}

/**
 * Lets writes that arrive while a transaction commits share the next one, so that durability (one fsync a commit)
 * does not cost throughput. One that throws undoes only itself: then the transaction is begun again with a savepoint for each operation,
 * which costs the many that do not throw nothing. SQLite works in the thread of the event loop: a transaction of many operations shares it with
 * those who only read, who see what was committed before.
 */
export class GroupCommit {
  readonly #backend: StoreBackend;
  readonly #onCommitted: (events: readonly Committed[]) => void;
  readonly #measurers: ((measure: CommitMeasure) => void)[] = [];
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  #failure: string | undefined;

  /** `onCommitted` gets the events of each commit that stored some. */
  constructor(backend: StoreBackend, onCommitted: (events: readonly Committed[]) => void) {
    this.#backend = backend;
    this.#onCommitted = onCommitted;
  }

  run<T>(operation: WriteOperation<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({
        refuse: reject,
        apply: async (db, events) => {
          const value = await operation(makeContext(db, events));
          return () => resolve(value);
        },
      });
      this.#flushing ??= this.#flush();
    });
  }

  /** Calls `measurer` after each commit. */
  onMeasured(measurer: (measure: CommitMeasure) => void): void {
    this.#measurers.push(measurer);
  }

  async drain(): Promise<void> {
    await this.#flushing;
  }

  /** `ok`, or what the last commit died of. */
  health(): string {
    return this.#failure ?? 'ok';
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Everything that is ready in this turn of the event loop joins the transaction; sockets and timers get theirs between two commits.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#commitBatch(this.#waiting.splice(0, this.#backend.batch));
    }
    this.#flushing = undefined;
  }

  async #commitBatch(batch: readonly Waiting[]): Promise<void> {
    const startedAt = performance.now();
    let result: BatchResult;
    try {
      result = (await this.#tryBatch(batch, applyTogether)) ?? (await this.#tryBatch(batch, applyApart)) ?? NOTHING;
    } catch (cause) {
      this.#failure = cause instanceof Error ? cause.message : String(cause);
      const error = new AppError('store_unavailable', 'the store did not take the change: try again shortly', { cause });
      for (const waiting of batch) waiting.refuse(error);
      return;
    }
    this.#failure = undefined;
    const measure = { operations: batch.length, ms: performance.now() - startedAt };
    for (const measurer of this.#measurers) measurer(measure);
    for (const done of result.settle) done();
    if (result.events.length > 0) this.#onCommitted(result.events);
  }

  /** One transaction; undefined when `apply` wants it to be tried another way: nothing of it is stored. */
  async #tryBatch(batch: readonly Waiting[], apply: Apply): Promise<BatchResult | undefined> {
    const { writer, holdOffOthers, isFailure } = this.#backend;
    const transaction = await writer.startTransaction().execute();
    try {
      if (holdOffOthers !== undefined) await holdOffOthers(transaction);
      const result = await apply(transaction, batch, isFailure);
      if (result === undefined) await transaction.rollback().execute();
      else await transaction.commit().execute();
      return result;
    } catch (error) {
      // SQLite has rolled back by itself after some errors (a full disk): the second rollback then fails, and the first error tells why.
      await transaction
        .rollback()
        .execute()
        .catch(() => undefined);
      throw error;
    }
  }
}

type Controlled = Awaited<ReturnType<ReturnType<Kysely<Database>['startTransaction']>['execute']>>;

/** What is told once a transaction is durable. */
interface BatchResult {
  readonly events: readonly Committed[];
  readonly settle: readonly (() => void)[];
}

const NOTHING: BatchResult = { events: [], settle: [] };

type Apply = (
  transaction: Controlled,
  batch: readonly Waiting[],
  isFailure: (error: unknown) => boolean,
) => Promise<BatchResult | undefined>;

/** All operations, one after the other; undefined when one throws. */
const applyTogether: Apply = async (transaction, batch, isFailure) => {
  const events: Committed[] = [];
  const settle: (() => void)[] = [];
  const share = new EventLoopShare();
  try {
    for (const waiting of batch) {
      await share.giveTurn();
      settle.push(await waiting.apply(transaction, events));
    }
  } catch (error) {
    if (isFailure(error)) throw error;
    return undefined;
  }
  return { events, settle };
};

/** Each operation with a savepoint of its own: one that throws undoes only itself. */
const applyApart: Apply = async (transaction, batch, isFailure) => {
  const events: Committed[] = [];
  const settle: (() => void)[] = [];
  const share = new EventLoopShare();
  for (const waiting of batch) {
    await share.giveTurn();
    const before = events.length;
    const guarded = await transaction.savepoint('operation').execute();
    try {
      const done = await waiting.apply(guarded, events);
      await guarded.releaseSavepoint('operation').execute();
      settle.push(done);
    } catch (error) {
      if (isFailure(error)) throw error;
      events.length = before;
      await guarded.rollbackToSavepoint('operation').execute();
      settle.push(() => waiting.refuse(error));
    }
  }
  return { events, settle };
};

function makeContext(db: Transaction<Database>, events: Committed[]): WriteContext {
  return {
    db,
    emit: async (event, job) => {
      events.push({ event: await insertEvent(db, event), job });
    },
    emitAll: async (many, jobs) => {
      const stored = await insertEvents(db, many);
      events.push(...stored.map((event, place) => ({ event, job: jobs[place] })));
    },
    audit: (entry) => insertAudit(db, entry),
  };
}
