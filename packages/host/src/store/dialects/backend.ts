import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../schema.ts';

/** The database under a store. */
export interface StoreBackend {
  readonly kind: 'sqlite' | 'postgres';
  /** Has one connection: transactions on it come one after the other. */
  readonly writer: Kysely<Database>;
  /** Runs `use` on a connection whose statements may take long: for changes of the schema. */
  readonly unhurried: <T>(use: (db: Kysely<Database>) => Promise<T>) => Promise<T>;
  /** For queries that only look. To be opened once the schema is there. */
  openReader(): Kysely<Database>;
  /** First in every transaction: holds off the writers of other hosts until it is over, so that events are numbered in the order of commits. */
  readonly holdOffOthers?: (db: Transaction<Database>) => Promise<void>;
  /** True when the store itself failed: what was asked of it may be sound. */
  readonly isFailure: (error: unknown) => boolean;
  /** Most operations in one transaction: bounds what one commit, and the writers of other hosts, must wait for. */
  readonly batch: number;
}
