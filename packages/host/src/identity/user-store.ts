import type { Selectable, Updateable } from 'kysely';
import type { Limits, Role } from '@weir/contract';
import { parseStored } from '../store/parse-json.ts';
import { insertAccount } from '../accounts/account-store.ts';
import type { Queries } from '../store/store.ts';
import type { UserTable } from '../store/schema.ts';

/** A user as it is stored, the limits parsed. */
export interface StoredUser extends Omit<Selectable<UserTable>, 'limits'> {
  readonly limits: Limits;
}

export interface NewUser {
  readonly name: string;
  readonly role: Role;
  readonly default_account?: string;
  readonly limits?: Limits;
}

/** Finds a user by name. */
export async function findUser(db: Queries, name: string): Promise<StoredUser | undefined> {
  const row = await db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst();
  return row && parseUser(row);
}

/** Everybody, by name. */
export async function listUsers(db: Queries): Promise<StoredUser[]> {
  return (await db.selectFrom('users').selectAll().orderBy('name').execute()).map(parseUser);
}

/** Those of `names` that are no users. */
export async function findUnknownUsers(db: Queries, names: readonly string[]): Promise<string[]> {
  const known = new Set((await db.selectFrom('users').select('name').execute()).map((row) => row.name));
  return names.filter((name) => !known.has(name));
}

/** Users that have limits. */
export async function listUserLimits(db: Queries): Promise<Pick<StoredUser, 'name' | 'limits'>[]> {
  const rows = await db.selectFrom('users').select(['name', 'limits']).where('limits', '!=', '{}').execute();
  return rows.map((row) => ({ name: row.name, limits: parseStored<Limits>(row.limits) }));
}

/** How many admins there are. */
export async function countAdmins(db: Queries): Promise<number> {
  const row = await db
    .selectFrom('users')
    .select((select) => select.fn.countAll().as('count'))
    .where('role', '=', 'admin')
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Adds a user with the account of the own name; tells whether the name was free. */
export async function insertUser(db: Queries, user: NewUser): Promise<boolean> {
  const { limits = {}, default_account = 'default' } = user;
  const result = await db
    .insertInto('users')
    .values({ name: user.name, role: user.role, default_account, limits: JSON.stringify(limits), created_at: Date.now() })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if ((result.numInsertedOrUpdatedRows ?? 0n) === 0n) return false;
  await insertAccount(db, { name: user.name, shares: 1, limits: {} });
  return true;
}

/** Changes a user; tells whether there is one of that name. */
export async function updateUser(db: Queries, name: string, changes: Partial<Omit<NewUser, 'name'>>): Promise<boolean> {
  const { limits, role, default_account } = changes;
  const values: Updateable<UserTable> = {
    ...(role === undefined ? {} : { role }),
    ...(default_account === undefined ? {} : { default_account }),
    ...(limits === undefined ? {} : { limits: JSON.stringify(limits) }),
  };
  if (Object.keys(values).length === 0) return (await findUser(db, name)) !== undefined;
  const result = await db.updateTable('users').set(values).where('name', '=', name).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Lets `default` take the place of an account that was a user's default one: of all users, or of those who are no members of it. */
export async function replaceDefaultAccount(db: Queries, account: string, of: 'everybody' | 'strangers'): Promise<void> {
  const query = db
    .updateTable('users')
    .set({ default_account: 'default' })
    .where('default_account', '=', account)
    .whereRef('name', '!=', 'default_account');
  if (of === 'everybody') {
    await query.execute();
    return;
  }
  const members = db.selectFrom('account_members').select('user').where('account', '=', account);
  await query.where('role', '!=', 'admin').where('name', 'not in', members).execute();
}

/** Deletes a user with the memberships; tells whether there was one. */
export async function deleteUser(db: Queries, name: string): Promise<boolean> {
  await db.deleteFrom('account_members').where('user', '=', name).execute();
  const result = await db.deleteFrom('users').where('name', '=', name).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

function parseUser(row: Selectable<UserTable>): StoredUser {
  return { ...row, limits: parseStored<Limits>(row.limits) };
}
