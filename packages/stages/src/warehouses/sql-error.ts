import { StageError } from '../errors.ts';

/** Which SQL of the user an error is about. */
export interface SqlSource {
  /** Name of the field that holds it: `sample_sql`, `infer_sql`, `sql`. */
  readonly field: string;
  readonly sql: string;
  /** Directories that the SQL may read, for the message of a refused path. */
  readonly roots: readonly string[];
}

const SYSTEM_FAILURES: readonly { readonly pattern: RegExp; readonly code: string; readonly advice: string }[] = [
  { pattern: /No space left on device|Disk quota exceeded|File too large/, code: 'disk_full', advice: 'Free some space and retry.' },
  { pattern: /^Out of Memory Error/, code: 'out_of_memory', advice: 'Select fewer columns or rows, or sort less.' },
  { pattern: /^(INTERNAL Error|FATAL Error|INTERRUPT Error)/, code: 'stage_failed', advice: 'See the log of the job.' },
];
const REFUSED_PATH = /^Permission Error: Cannot (?:access|open) (?:file|directory) "(.*?)" - file system operations/s;

/** Says in the user's terms what DuckDB refused: `invalid_sql`, `path_not_allowed`, or a failure of the machine. */
export function describeSqlError(error: unknown, source: SqlSource): StageError {
  if (error instanceof StageError) return error;
  const text = (error instanceof Error ? error.message : String(error)).replace(/^Failed to extract statements: /, '').trim();
  const path = REFUSED_PATH.exec(text)?.[1];
  if (path !== undefined) return refusedPath(path, source, error);
  const failure = SYSTEM_FAILURES.find((known) => known.pattern.test(text));
  if (failure !== undefined) {
    return new StageError(failure.code, `${source.field} could not be run: ${text} ${failure.advice}`, {
      fault: 'system',
      field: source.field,
      cause: error,
    });
  }
  return new StageError('invalid_sql', `${source.field} was refused by DuckDB: ${text}`, {
    field: source.field,
    value: source.sql,
    cause: error,
  });
}

function refusedPath(path: string, source: SqlSource, cause: unknown): StageError {
  const roots = source.roots.length === 0 ? 'no data root is configured' : `the data roots are ${source.roots.join(', ')}`;
  const message = `${source.field} may not touch ${JSON.stringify(path)}: ${roots}. Put the file into a data root, or add its directory to WEIR_DATA_ROOTS of the node.`;
  return new StageError('path_not_allowed', message, { field: source.field, value: path, cause });
}
