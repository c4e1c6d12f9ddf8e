import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, SqliteDialect } from 'kysely';
import { GroupCommit, type Committed, type WriteOperation } from './group-commit.ts';
import { migrateToLatest } from './migrate.ts';
import type { Database } from './schema.ts';
import { openSqlite } from './sqlite-database.ts';

/** A query that only looks, or one inside a write's transaction. */
export type Queries = Kysely<Database>;

/**
 * The truth. `read` sees what is committed; `write` runs an operation in a transaction that it may share with others
 * and resolves when that transaction is durable.
 */
export class Store {
  readonly read: Queries;
  readonly #writer: Queries;
  readonly #commits: GroupCommit;

  private constructor(writer: Queries, reader: Queries) {
    this.#writer = writer;
    this.read = reader;
    this.#commits = new GroupCommit(writer);
  }

  /** Opens (or creates) the SQLite store at `path` and brings its schema up to date. */
  static async open(path: string): Promise<Store> {
    if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const writer = new Kysely<Database>({ dialect: new SqliteDialect({ database: openSqlite(path, { readOnly: false }) }) });
    try {
      await migrateToLatest(writer);
    } catch (error) {
      await writer.destroy();
      throw error;
    }
    const reader = new Kysely<Database>({ dialect: new SqliteDialect({ database: openSqlite(path, { readOnly: true }) }) });
    await reader.selectFrom('users').select('name').limit(1).execute();
    return new Store(writer, reader);
  }

  /**
   * Runs `operation` in a transaction and resolves with its value after the commit.
   * When it throws, only its own changes are undone. Events that it emitted are published after the commit.
   * Throws `store_unavailable` when the transaction cannot be committed.
   */
  write<T>(operation: WriteOperation<T>): Promise<T> {
    return this.#commits.run(operation);
  }

  /** `ok`, or what the last commit died of. */
  health(): string {
    return this.#commits.health();
  }

  /** Calls `listener` after each commit that stored events, in commit order. */
  onEvents(listener: (events: readonly Committed[]) => void): void {
    this.#commits.onEvents(listener);
  }

  /** Waits for the writes under way, then closes. */
  async close(): Promise<void> {
    await this.#commits.drain();
    await this.read.destroy();
    await this.#writer.destroy();
  }
}
