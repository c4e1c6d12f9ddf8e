import { AppError } from '@weir/contract';
import { findUser } from '../identity/user-store.ts';
import type { Identity } from '../identity/identity.ts';
import type { Queries } from '../store/store.ts';
import { isMember } from './member-store.ts';

/** What everybody may charge. */
export const COMMON_ACCOUNT = 'default';

/**
 * The account that a job of the asker is charged to: the one asked for, or else the asker's default one.
 * Everybody may charge the own name, `default` and the accounts that they are a member of; an admin any. Throws `forbidden`.
 */
export async function resolveAccount(db: Queries, identity: Identity, asked?: string): Promise<string> {
  const user = await findUser(db, identity.user);
  if (user === undefined)
    throw new AppError('forbidden', `there is no user "${identity.user}" any more`, { field: 'user', value: identity.user });
  const account = asked ?? user.default_account;
  const own = identity.role === 'admin' || account === identity.user || account === COMMON_ACCOUNT;
  if (own || (await isMember(db, account, identity.user))) return account;
  throw new AppError(
    'forbidden',
    `${identity.user} is not a member of account "${account}": name another account, or ask an admin to make ${identity.user} a member`,
    { field: 'account', value: account },
  );
}
