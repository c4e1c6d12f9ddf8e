import { sql } from 'kysely';
import { AppError } from '@weir/contract';
import { parseStored } from '../store/parse-json.ts';
import type { Queries } from '../store/store.ts';
import type { RequestKey } from './request-key.ts';

/** What a request was answered when it was sent first; undefined when it was not. Throws `idempotency_key_reused` for another request. */
export async function findAnswer<T>(db: Queries, { user, key, fingerprint }: RequestKey): Promise<T | undefined> {
  const row = await db
    .selectFrom('idempotency_keys')
    .select(['fingerprint', 'answer'])
    .where('user', '=', user)
    .where('key', '=', key)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (row.fingerprint === fingerprint) return parseStored<T>(row.answer);
  throw new AppError(
    'idempotency_key_reused',
    'this idempotency key was sent with another request before: give each request a key of its own',
    {
      field: 'idempotency-key',
      value: key,
    },
  );
}

/** Keeps what a request is answered. */
export async function insertAnswer(db: Queries, { user, key, fingerprint }: RequestKey, answer: unknown): Promise<void> {
  const row = { user, key, fingerprint, answer: JSON.stringify(answer), created_at: Date.now() };
  await db.insertInto('idempotency_keys').values(row).execute();
}

/** Forgets old answers, oldest first; tells whether there may be more. */
export async function deleteAnswers(db: Queries, range: { before: number; limit: number }): Promise<boolean> {
  const deleted = await sql`
    delete from idempotency_keys where ("user", key) in (
      select "user", key from idempotency_keys where created_at < ${range.before} order by created_at limit ${range.limit})`.execute(db);
  return Number(deleted.numAffectedRows ?? 0n) === range.limit;
}
