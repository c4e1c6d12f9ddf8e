import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Duckdb } from './duckdb.ts';
import { quoteName, quoteText } from './quoting.ts';

/** Rows of a row group, in which readers go forward: a whole number of DuckDB vectors (2,048 rows), near 100,000. */
export const ROW_GROUP_ROWS = 49 * 2048;
/** Cells of one row group at most; wide tables get smaller groups, so that memory stays bounded. */
const ROW_GROUP_CELLS = 6_000_000;
const LEAST_GROUP_ROWS = 2048;
/**
 * One file: DuckDB keeps the order of the rows inside a file, but not across files that it rotates itself
 * (ROW_GROUPS_PER_FILE and FILE_SIZE_BYTES of DuckDB 1.5 let threads overtake each other at the boundary).
 */
const PART = 'part_00000.parquet';
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
 * Writes the rows of a query, in its order, to a Parquet file (ZSTD, row groups of ROW_GROUP_ROWS), synced to the disk.
 * Streams: memory does not grow with the rows. Nothing is left when it fails.
 */
export async function exportParquet(db: Duckdb, request: ExportRequest): Promise<ExportedFiles> {
  const select = request.columns.map(selectItem);
  const copy =
    `COPY (SELECT ${select.join(', ')} FROM ${request.from}) TO ${quoteText(join(request.directory, PART))} ` +
    `(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroupRows(request.columns.length)})`;
  mkdirSync(request.directory, { recursive: true });
  const poll = setInterval(() => request.onProgress(Math.max(0, db.connection.progress.percentage)), POLL_MS);
  try {
    const [row] = await db.rows(copy);
    syncPath(join(request.directory, PART));
    syncPath(request.directory);
    return { files: [PART], rows: Number(row?.[0] ?? 0), bytes: sumBytes(request.directory, [PART]) };
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

function selectItem({ name, castTo }: ExportRequest['columns'][number]): string {
  return castTo === undefined ? quoteName(name) : `CAST(${quoteName(name)} AS ${castTo}) AS ${quoteName(name)}`;
}

function rowGroupRows(columns: number): number {
  const fitting = Math.floor(ROW_GROUP_CELLS / columns / LEAST_GROUP_ROWS) * LEAST_GROUP_ROWS;
  return Math.min(ROW_GROUP_ROWS, Math.max(LEAST_GROUP_ROWS, fitting));
}

function partNumber(file: string): number {
  return Number(/\d+/.exec(file)?.[0] ?? -1);
}
