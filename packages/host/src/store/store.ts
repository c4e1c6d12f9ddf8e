import type { Kysely } from 'kysely';
import { AppError } from '@weir/contract';
import { CommitFeed } from '../events/commit-feed.ts';
import { readLastSeq } from '../events/event-store.ts';
import type { StoreBackend } from './dialects/backend.ts';
import { openBackend } from './dialects/open-backend.ts';
import { GroupCommit, type CommitMeasure, type Committed, type WriteOperation } from './group-commit.ts';
import { migrateToLatest } from './migrate.ts';
import type { Database } from './schema.ts';
import { readStoreId } from './store-identity.ts';

/** A query that only looks, or one inside a write's transaction. */
export type Queries = Kysely<Database>;

/**
 * The truth. `read` sees what is committed; `write` runs an operation in a transaction that it may share with others
 * and resolves when that transaction is durable.
 */
export class Store {
  readonly read: Queries;
  /** Tells this store from every other one; a UUID. */
  readonly id: string;
  readonly #backend: StoreBackend;
  readonly #commits: GroupCommit;
  readonly #feed: CommitFeed;
  #closed = false;

  private constructor(backend: StoreBackend, opened: { reader: Queries; id: string; lastSeq: number }) {
    this.#backend = backend;
    this.read = opened.reader;
    this.id = opened.id;
    this.#feed = new CommitFeed(opened.reader, { lastSeq: opened.lastSeq, alone: backend.kind === 'sqlite' });
    this.#commits = new GroupCommit(backend, (committed) => this.#feed.publish(committed));
  }

  /** Opens the store, a `postgres://` URL or the path of a SQLite file (made when there is none), and brings its schema up to date. */
  static async open(place: string): Promise<Store> {
    const backend = await openBackend(place);
    try {
      await backend.unhurried(migrateToLatest);
      const reader = backend.openReader();
      return new Store(backend, { reader, id: await readStoreId(reader), lastSeq: await readLastSeq(reader) });
    } catch (error) {
      await backend.writer.destroy();
      throw error;
    }
  }

  /** `postgres` when other hosts may write to it too. */
  get kind(): StoreBackend['kind'] {
    return this.#backend.kind;
  }

  /**
   * Runs `operation` in a transaction and resolves with its value after the commit.
   * When it throws, only its own changes are undone. Events that it emitted are published after the commit.
   * Throws `store_unavailable` when the transaction cannot be committed.
   */
  write<T>(operation: WriteOperation<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new AppError('store_unavailable', 'the store is closed: the host is stopping'));
    return this.#commits.run(operation);
  }

  /** `ok`, or what the last commit died of. */
  health(): string {
    return this.#commits.health();
  }

  /** Calls `listener` after each commit that stored events, of this host or another, in commit order; those of others come without jobs. */
  onEvents(listener: (events: readonly Committed[]) => void): void {
    this.#feed.subscribe(listener);
  }

  /** Calls `measurer` after each commit. */
  onMeasured(measurer: (measure: CommitMeasure) => void): void {
    this.#commits.onMeasured(measurer);
  }

  /** Publishes what other hosts have committed since; resolves when all of it is told. Throws `store_unavailable`. */
  async catchUp(): Promise<void> {
    await this.#feed.catchUp();
  }

  /** Waits for the writes under way, then closes. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#commits.drain();
    await this.#feed.drain();
    await this.read.destroy();
    await this.#backend.writer.destroy();
  }
}
