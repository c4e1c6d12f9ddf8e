import type { StoreBackend } from './backend.ts';
import { openSqliteBackend } from './sqlite-backend.ts';

/** Opens what is at `place`: a `postgres://` URL or the path of a SQLite file. PostgreSQL's driver is loaded only where it is used. */
export async function openBackend(place: string): Promise<StoreBackend> {
  if (!/^postgres(ql)?:/.test(place)) return openSqliteBackend(place);
  return (await import('./postgres-backend.ts')).openPostgresBackend(place);
}
