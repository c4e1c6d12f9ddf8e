import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Duckdb } from './duckdb.ts';
import { quoteName, quoteText } from './quoting.ts';

/** Rows of a part file: a whole number of DuckDB vectors (2,048 rows), near 200,000. */
export const PART_ROWS = 98 * 2048;
/** Cells of one row group at most; keeps the memory of wide tables down. */
const ROW_GROUP_CELLS = 6_000_000;
const MOST_GROUPS = 98;
const GROUPS_OF_A_PART = [2, 7, 14, 49, MOST_GROUPS];
const POLL_MS = 500;

export interface ExportedFiles {
  readonly files: readonly string[];
  readonly rows: number;
  readonly bytes: number;
}

export interface ExportRequest {
  /** A query that gives the rows; it is put into a FROM clause. */
  readonly from: string;
  /** Output columns in order; `castTo` absent = as it is. */
  readonly columns: readonly { readonly name: string; readonly castTo?: string | undefined }[];
  /** Directory to create; must not exist. */
  readonly directory: string;
  readonly onProgress: (percent: number) => void;
}

/**
 * Writes the rows of a query to `part_00000.parquet`, … (ZSTD, PART_ROWS rows each, in the query's order), synced to the disk.
 * Streams: memory does not grow with the rows.
 */
export async function exportParquet(db: Duckdb, request: ExportRequest): Promise<ExportedFiles> {
  const groupRows = rowGroupRows(request.columns.length);
  const select = request.columns.map(({ name, castTo }) =>
    castTo === undefined ? quoteName(name) : `CAST(${quoteName(name)} AS ${castTo}) AS ${quoteName(name)}`,
  );
  const copy =
    `COPY (SELECT ${select.join(', ')} FROM ${request.from}) TO ${quoteText(request.directory)} ` +
    `(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${groupRows}, ROW_GROUPS_PER_FILE ${PART_ROWS / groupRows}, FILENAME_PATTERN 'part_{i}')`;
  const poll = setInterval(() => request.onProgress(Math.max(0, db.connection.progress.percentage)), POLL_MS);
  try {
    const [row] = await db.rows(copy);
    const files = nameParts(request.directory);
    return { files, rows: Number(row?.[0] ?? 0), bytes: sumBytes(request.directory, files) };
  } catch (error) {
    rmSync(request.directory, { recursive: true, force: true });
    throw error;
  } finally {
    clearInterval(poll);
  }
}

/** A FROM item that reads the parts of a directory in their order. */
export function readParts(directory: string, files: readonly string[], options = ''): string {
  const list = files.map((file) => quoteText(join(directory, file))).join(', ');
  return `read_parquet([${list}]${options})`;
}

/** The Parquet files of a directory in the order of the first number in their names. */
export function listParts(directory: string): string[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.parquet') && !file.startsWith('.'));
  return files.sort((a, b) => partNumber(a) - partNumber(b) || (a < b ? -1 : 1));
}

/** Total size in bytes of some files of a directory. */
export function sumBytes(directory: string, files: readonly string[]): number {
  return files.reduce((sum, file) => sum + statSync(join(directory, file)).size, 0);
}

/** Flushes a file or a directory to the disk. */
export function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function rowGroupRows(columns: number): number {
  const groups = GROUPS_OF_A_PART.find((count) => (PART_ROWS / count) * columns <= ROW_GROUP_CELLS);
  return PART_ROWS / (groups ?? MOST_GROUPS);
}

function nameParts(directory: string): string[] {
  const files = listParts(directory).map((file) => {
    const name = `part_${String(partNumber(file)).padStart(5, '0')}.parquet`;
    if (name !== file) renameSync(join(directory, file), join(directory, name));
    syncPath(join(directory, name));
    return name;
  });
  syncPath(directory);
  return files;
}

function partNumber(file: string): number {
  return Number(/\d+/.exec(file)?.[0] ?? -1);
}
