import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { TestHost } from '../test-host.ts';

/** Everything that a host has stored, one text per table, and its SQLite files as they are: to look for what must not be there. */
export async function readStored(host: TestHost): Promise<string[]> {
  const { read } = host.running.services.store;
  const texts: string[] = [];
  for (const { name } of await read.introspection.getTables())
    texts.push(JSON.stringify((await sql`select * from ${sql.table(name)}`.execute(read)).rows));
  const files = ['weir.db', 'weir.db-wal'].map((file) => join(host.home, file)).filter((file) => existsSync(file));
  return [...texts, ...files.map((file) => readFileSync(file, 'latin1'))];
}
