import { Pool, TypeOverrides, types, type PoolClient, type PoolConfig } from 'pg';
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { parseResult } from './parse-result.ts';
import { isPostgresFailure, storeUnavailable, translatePostgresError } from './postgres-failure.ts';

export interface PoolOptions {
  readonly url: string;
  readonly connections: number;
  /** Longest time of one statement, ms; the server ends it. */
  readonly statementMs: number;
  /** Longest silence inside a transaction, ms; the server ends it, so that a host that sleeps holds nobody off. */
  readonly idleTransactionMs: number;
}

const CONNECT_MS = 5_000;
/** Beyond the time of a statement: how long a server that says nothing at all is waited for. */
const ANSWER_MS = 2_000;

/** Connections to PostgreSQL in the shape that Kysely expects; failures of the server become `store_unavailable`. */
export function openPostgresPool(options: PoolOptions): PostgresPool {
  const pool = new Pool(toConfig(options));
  // An idle connection that breaks has no query to reject; the next query makes a new one.
  pool.on('error', () => undefined);
  return {
    connect: async () => {
      try {
        return adaptClient(await pool.connect());
      } catch (error) {
        throw storeUnavailable(error);
      }
    },
    end: () => pool.end(),
    options: {},
  };
}

function toConfig(options: PoolOptions): PoolConfig {
  return {
    connectionString: options.url,
    application_name: 'weir',
    max: options.connections,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: options.statementMs,
    query_timeout: options.statementMs + ANSWER_MS,
    idle_in_transaction_session_timeout: options.idleTransactionMs,
    keepAlive: true,
    types: makeTypes(),
  };
}

/** Ids, bytes and milliseconds stay far below 2^53: their types int8 and numeric (a sum of int8) are read as numbers. */
function makeTypes(): TypeOverrides {
  const overrides = new TypeOverrides();
  overrides.setTypeParser(types.builtins.INT8, Number);
  overrides.setTypeParser(types.builtins.NUMERIC, Number);
  return overrides;
}

const adapted = new WeakMap<PoolClient, AdaptedClient>();

/** The same object for the same connection: Kysely keeps what it knows of one. */
function adaptClient(client: PoolClient): AdaptedClient {
  const known = adapted.get(client);
  if (known !== undefined) return known;
  const made = new AdaptedClient(client);
  adapted.set(client, made);
  return made;
}

/** A connection whose failures are `store_unavailable`; one that failed is not used again. */
class AdaptedClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  #broken = false;

  constructor(client: PoolClient) {
    this.#client = client;
    // A connection that breaks rejects its query; without a listener it would also end the process.
    client.on('error', () => undefined);
  }

  query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(text: string | PostgresCursor<R>, values: readonly unknown[] = []): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof text !== 'string') throw new TypeError('cursors are not used');
    return this.#ask<R>(text, values);
  }

  release(discard = false): void {
    this.#client.release(discard || this.#broken);
  }

  async #ask<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    try {
      return parseResult<R>(await this.#client.query(text, values.map(toPostgres)));
    } catch (cause) {
      const error = translatePostgresError(cause);
      this.#broken ||= isPostgresFailure(error);
      throw error;
    }
  }
}

/** PostgreSQL's text cannot hold a NUL: what a program wrote is stored all the same, with the replacement character in its place. */
function toPostgres(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}
