import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { DuckDBInstance, type DuckDBConnection, type DuckDBResult, type Json } from '@duckdb/node-api';
import type { StageContext } from '../process/stage-context.ts';
import { quoteText, quoteTexts } from './quoting.ts';
import { withFileLockWait } from './lock-wait.ts';

/** The catalog name under which a warehouse file is attached, whatever the file is called. */
export const WAREHOUSE_CATALOG = 'warehouse';

export interface DuckdbOptions {
  /** The warehouse file to attach; absent = an empty catalogue in memory. */
  readonly warehouse?: { readonly path: string; readonly mode: 'read' | 'write' };
  /** Directories whose files statements may touch; nothing else of the machine is reachable. */
  readonly directories: readonly string[];
  /** Where DuckDB spills what does not fit in memory. */
  readonly scratchDir: string;
}

/** One DuckDB, one connection; closed by `using` or `close`. */
export class Duckdb implements Disposable {
  readonly connection: DuckDBConnection;
  readonly #instance: DuckDBInstance;
  readonly #detach: () => void;

  constructor(instance: DuckDBInstance, connection: DuckDBConnection, signal: AbortSignal) {
    this.#instance = instance;
    this.connection = connection;
    const interrupt = (): void => connection.interrupt();
    signal.addEventListener('abort', interrupt);
    this.#detach = () => signal.removeEventListener('abort', interrupt);
  }

  /** Runs a statement and throws its rows away. */
  async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  /** Runs a query and reads all rows; 64-bit integers come as text. */
  async rows(sql: string): Promise<Json[][]> {
    return (await this.connection.runAndReadAll(sql)).getRowsJson();
  }

  /** Runs a query and reads all its values as texts. */
  async texts(sql: string): Promise<string[][]> {
    return (await this.rows(sql)).map((row) => row.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))));
  }

  /** Runs a query of one row of numbers. */
  async numbers(sql: string): Promise<number[]> {
    const [row] = await this.rows(sql);
    return (row ?? []).map(Number);
  }

  /** Runs a query row batch by row batch. */
  async stream(sql: string): Promise<DuckDBResult> {
    return await this.connection.stream(sql);
  }

  close(): void {
    this.#detach();
    this.connection.closeSync();
    this.#instance.closeSync();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Opens DuckDB so that statements reach nothing but the warehouse and `directories`: no other files, no network, no extensions,
 * no change of settings. A warehouse file that another process holds is waited for.
 */
export async function openDuckdb(context: StageContext, options: DuckdbOptions): Promise<Duckdb> {
  mkdirSync(options.scratchDir, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:');
  const db = new Duckdb(instance, await instance.connect(), context.signal);
  try {
    await attachWarehouse(context, db, options);
    for (const setting of confiningSettings(context, options)) await db.run(setting);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

async function attachWarehouse(context: StageContext, db: Duckdb, { warehouse }: DuckdbOptions): Promise<void> {
  if (warehouse === undefined) return;
  if (warehouse.mode === 'write') mkdirSync(dirname(warehouse.path), { recursive: true });
  const access = warehouse.mode === 'read' ? ' (READ_ONLY)' : '';
  await withFileLockWait(context, warehouse.path, () => db.run(`ATTACH ${quoteText(warehouse.path)} AS ${WAREHOUSE_CATALOG}${access}`));
  await db.run(`USE ${WAREHOUSE_CATALOG}`);
}

function confiningSettings(context: StageContext, options: DuckdbOptions): string[] {
  return [
    `SET memory_limit = '${context.config.memoryMb}MB'`,
    `SET threads = ${context.config.cpus}`,
    `SET temp_directory = ${quoteText(options.scratchDir)}`,
    `SET allowed_directories = ${quoteTexts(allowedDirectories(options.directories))}`,
    'SET preserve_insertion_order = true',
    "SET TimeZone = 'UTC'",
    'SET autoinstall_known_extensions = false',
    'SET autoload_known_extensions = false',
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ];
}

/** Each directory as it is named and as it is resolved, so that a root that is itself a link works. */
function allowedDirectories(directories: readonly string[]): string[] {
  const named = directories.flatMap((directory) => (existsSync(directory) ? [directory, realpathSync(directory)] : [directory]));
  return [...new Set(named.map((directory) => (directory.endsWith('/') ? directory : `${directory}/`)))];
}
