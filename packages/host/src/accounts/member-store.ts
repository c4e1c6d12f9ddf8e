import type { Queries } from '../store/store.ts';

/** Rows of one statement: far below the number of parameters that any store takes. */
const CHUNK = 500;

/** True when the user is a member of the account. */
export async function isMember(db: Queries, account: string, user: string): Promise<boolean> {
  const row = await db
    .selectFrom('account_members')
    .select('account')
    .where('account', '=', account)
    .where('user', '=', user)
    .executeTakeFirst();
  return row !== undefined;
}

/** Account name to its members, by name; of every account, or of one user's. */
export async function listMembers(db: Queries, of: { account?: string; user?: string } = {}): Promise<Map<string, string[]>> {
  let query = db.selectFrom('account_members').selectAll().orderBy('account').orderBy('user');
  if (of.account !== undefined) query = query.where('account', '=', of.account);
  if (of.user !== undefined) query = query.where('user', '=', of.user);
  const members = new Map<string, string[]>();
  for (const { account, user } of await query.execute()) members.set(account, [...(members.get(account) ?? []), user]);
  return members;
}

/** Makes a user, who is none yet, a member. */
export async function addMember(db: Queries, account: string, user: string): Promise<void> {
  await db.insertInto('account_members').values({ account, user }).execute();
}

/** Makes exactly these users the members of an account. */
export async function replaceMembers(db: Queries, account: string, users: readonly string[]): Promise<void> {
  await db.deleteFrom('account_members').where('account', '=', account).execute();
  for (let from = 0; from < users.length; from += CHUNK) {
    const rows = users.slice(from, from + CHUNK).map((user) => ({ account, user }));
    await db.insertInto('account_members').values(rows).execute();
  }
}
