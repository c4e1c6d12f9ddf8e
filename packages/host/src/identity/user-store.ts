import type { Queries } from '../store/store.ts';
import type { Identity } from './identity.ts';

/** Finds a user by name. */
export async function findUser(db: Queries, name: string): Promise<{ name: string; role: Identity['role'] } | undefined> {
  return db.selectFrom('users').select(['name', 'role']).where('name', '=', name).executeTakeFirst();
}

/** Adds a user. */
export async function insertUser(db: Queries, user: { name: string; role: Identity['role'] }): Promise<void> {
  await db.insertInto('users').values({ name: user.name, role: user.role, created_at: Date.now() }).execute();
}
