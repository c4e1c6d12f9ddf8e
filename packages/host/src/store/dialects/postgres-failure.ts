import { DatabaseError } from 'pg';
import { AppError } from '@weir/contract';

/**
 * SQLSTATE classes and codes that tell of the server, not of the statement: connection (08), resources (53), operator intervention such
 * as a shutdown or a statement that took too long (57), system (58), configuration (F0), internal (XX); read-only (25006: a standby
 * took the place), idle in a transaction for too long (25P03), locks (55P03, 40P01, 40001).
 */
const FAILURES = /^(08|53|57|58|F0|XX|25006|25P03|55P03|40P01|40001)/;
const OUT_OF_RANGE = '22003';

/** What a rejected query or connection means to callers: an error of the statement stays what it is. */
export function translatePostgresError(error: unknown): unknown {
  if (error instanceof DatabaseError) {
    if (error.code === OUT_OF_RANGE) return new AppError('invalid_input', 'a number is larger than the store can hold', { cause: error });
    return FAILURES.test(error.code ?? 'XX') ? storeUnavailable(error) : error;
  }
  // Whatever the driver itself rejects with is about the connection, but for values that it cannot write down.
  return error instanceof TypeError || error instanceof RangeError ? error : storeUnavailable(error);
}

/** The refusal of callers while PostgreSQL cannot be asked. */
export function storeUnavailable(cause: unknown): AppError {
  return new AppError('store_unavailable', 'the store (PostgreSQL) does not answer: try again shortly', { cause });
}

/** True for what `storeUnavailable` made. */
export function isPostgresFailure(error: unknown): boolean {
  return error instanceof AppError && error.code === 'store_unavailable';
}
