import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresOfFile } from '../servers/file-servers.ts';

/** Where a test keeps a store, and how it is left as it was. */
export interface StorePlace {
  /** For `Store.open`. */
  readonly place: string;
  readonly remove: () => void;
}

/** Every database that a store can be on; for `describe.each`. */
export const STORES = [
  { database: 'SQLite', makePlace: makeSqlitePlace },
  { database: 'PostgreSQL', makePlace: makePostgresPlace },
] as const;

async function makeSqlitePlace(): Promise<StorePlace> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-store-'));
  return { place: join(folder, 'weir.db'), remove: () => rmSync(folder, { recursive: true }) };
}

async function makePostgresPlace(): Promise<StorePlace> {
  // The server goes with the test file, and its databases with it.
  return { place: await (await postgresOfFile()).newDatabase(), remove: () => undefined };
}
