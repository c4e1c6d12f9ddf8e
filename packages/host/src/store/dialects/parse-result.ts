import type { QueryResult } from 'pg';
import type { PostgresQueryResult } from 'kysely';

/** What the driver gives, in the type that Kysely derived from the query's text. */
export function parseResult<R>(result: QueryResult): PostgresQueryResult<R> {
  return { command: result.command as PostgresQueryResult<R>['command'], rowCount: result.rowCount ?? 0, rows: result.rows as R[] };
}
