import type { Selectable } from 'kysely';
import type { Queries } from '../store/store.ts';
import type { UsageTable } from '../store/schema.ts';

export type StoredUsage = Selectable<UsageTable>;

/** What every user of every account has used, each as decayed at its own `as_of`. */
export async function listUsage(db: Queries): Promise<StoredUsage[]> {
  return db.selectFrom('usage').selectAll().execute();
}

/** Forgets what was charged to an account. */
export async function deleteUsageOfAccount(db: Queries, account: string): Promise<void> {
  await db.deleteFrom('usage').where('account', '=', account).execute();
}
