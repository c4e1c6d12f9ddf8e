import type { Selectable, Updateable } from 'kysely';
import type { Limits } from '@weir/contract';
import { parseStored } from '../store/parse-json.ts';
import type { AccountTable } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

/** An account as it is stored, its limits parsed. */
export interface StoredAccount extends Omit<Selectable<AccountTable>, 'limits'> {
  readonly limits: Limits;
}

/** What of an account may change. */
export type AccountChanges = Pick<Updateable<AccountTable>, 'shares' | 'limits'>;

/** Every account, or those named, by name. */
export async function listAccounts(db: Queries, names?: readonly string[]): Promise<StoredAccount[]> {
  const all = db.selectFrom('accounts').selectAll().orderBy('name');
  const rows = await (names === undefined ? all : all.where('name', 'in', names)).execute();
  return rows.map((row) => ({ ...row, limits: parseStored<Limits>(row.limits) }));
}

/** Finds an account by name. */
export async function findAccount(db: Queries, name: string): Promise<StoredAccount | undefined> {
  const [found] = await listAccounts(db, [name]);
  return found;
}

/** Adds an account; tells whether the name was free. */
export async function insertAccount(db: Queries, account: { name: string; shares: number; limits: Limits }): Promise<boolean> {
  const result = await db
    .insertInto('accounts')
    .values({ ...account, limits: JSON.stringify(account.limits), created_at: Date.now() })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Adds what everybody may charge, and the account of the own name of each user who has none. */
export async function insertImplicitAccounts(db: Queries): Promise<void> {
  await insertAccount(db, { name: 'default', shares: 1, limits: {} });
  await db
    .insertInto('accounts')
    .columns(['name', 'shares', 'limits', 'created_at'])
    .expression((from) =>
      from
        .selectFrom('users')
        .select((select) => ['name', select.lit(1).as('shares'), select.val('{}').as('limits'), 'created_at'])
        .where('name', 'not in', from.selectFrom('accounts').select('name')),
    )
    .execute();
}

/** Changes an account; tells whether there is one of that name. */
export async function updateAccount(db: Queries, name: string, changes: { shares?: number; limits?: Limits }): Promise<boolean> {
  const values: AccountChanges = {
    ...(changes.shares === undefined ? {} : { shares: changes.shares }),
    ...(changes.limits === undefined ? {} : { limits: JSON.stringify(changes.limits) }),
  };
  if (Object.keys(values).length === 0) return (await findAccount(db, name)) !== undefined;
  const result = await db.updateTable('accounts').set(values).where('name', '=', name).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Deletes an account with its memberships; tells whether there was one. */
export async function deleteAccount(db: Queries, name: string): Promise<boolean> {
  await db.deleteFrom('account_members').where('account', '=', name).execute();
  const result = await db.deleteFrom('accounts').where('name', '=', name).executeTakeFirst();
  return result.numDeletedRows > 0n;
}
