import { AppError, type User, type UserCreate, type UserUpdate } from '@weir/contract';
import { findAccount } from '../accounts/account-store.ts';
import { listActiveJobsOfUser } from '../accounts/active-job-store.ts';
import { addMember, isMember, listMembers } from '../accounts/member-store.ts';
import { COMMON_ACCOUNT } from '../accounts/resolve-account.ts';
import type { JobService } from '../jobs/job-service.ts';
import type { WriteContext } from '../store/group-commit.ts';
import type { Queries, Store } from '../store/store.ts';
import { toIso } from '../store/time.ts';
import type { Identity } from './identity.ts';
import { deleteJoinTokensOfUser, deleteTokensOfUser } from './token-store.ts';
import { countAdmins, deleteUser, findUser, insertUser, listUsers, updateUser, type StoredUser } from './user-store.ts';

/** Names that mean something else in the audit log and as accounts. */
const RESERVED = new Set(['host', COMMON_ACCOUNT]);
/** Jobs that are cancelled at a time: those together share commits. */
const CANCELLED_TOGETHER = 200;

/** What admins do with users. */
export class UserService {
  readonly #store: Store;
  readonly #jobs: Pick<JobService, 'cancel'>;

  constructor(store: Store, jobs: Pick<JobService, 'cancel'>) {
    this.#store = store;
    this.#jobs = jobs;
  }

  async list(): Promise<User[]> {
    const accountsOf = invert(await listMembers(this.#store.read));
    return (await listUsers(this.#store.read)).map((user) => toUser(user, accountsOf.get(user.name) ?? []));
  }

  /** Throws `user_not_found`. */
  async show(name: string): Promise<User> {
    return showUser(this.#store.read, name);
  }

  /** Adds a user with the account of the own name; throws `already_exists`, `account_not_found`. */
  async create(actor: string, create: UserCreate): Promise<User> {
    const { name, role = 'user', limits = {}, default_account: account = COMMON_ACCOUNT } = create;
    if (RESERVED.has(name))
      throw new AppError('invalid_input', `"${name}" is reserved: choose another name`, { field: 'name', value: name });
    return this.#store.write(async (context) => {
      const { db } = context;
      if (!(await insertUser(db, { name, role, limits, default_account: account })))
        throw new AppError('already_exists', `there is a user "${name}" already: change it with "weir user update"`, {
          field: 'name',
          value: name,
        });
      await letCharge(db, { user: name, account });
      await note(context, { actor, action: 'user.create', name, detail: { role, default_account: account, limits } });
      return showUser(db, name);
    });
  }

  /** Changes a user; whoever is no admin any more lets no machines join. Throws `user_not_found`, `account_not_found`, and `state_conflict` for the last admin's role. */
  async update(actor: string, name: string, changes: UserUpdate): Promise<User> {
    return this.#store.write(async (context) => {
      const { db } = context;
      if (changes.role === 'user') await keepAnAdmin(db, name);
      if (!(await updateUser(db, name, changes))) throw unknownUser(name);
      if (changes.role === 'user') await deleteJoinTokensOfUser(db, name);
      if (changes.default_account !== undefined) await letCharge(db, { user: name, account: changes.default_account });
      await note(context, { actor, action: 'user.update', name, detail: changes });
      return showUser(db, name);
    });
  }

  /**
   * Removes a user: first all that lets the user in, then, once every job of the user is cancelled, the user.
   * Repeating it finishes what a crash left. Throws `user_not_found`, and `state_conflict` for the last admin.
   */
  async remove(identity: Identity, name: string): Promise<void> {
    await this.#store.write(async (context) => {
      if ((await findUser(context.db, name)) === undefined) throw unknownUser(name);
      await keepAnAdmin(context.db, name);
      await deleteTokensOfUser(context.db, name);
      await note(context, { actor: identity.user, action: 'user.lock', name });
    });
    for (let after = 0; ;) {
      const active = await this.#store.write(async (context) => {
        const jobs = await listActiveJobsOfUser(context.db, name, { after, limit: CANCELLED_TOGETHER });
        if (jobs.length > 0) return jobs;
        if (!(await deleteUser(context.db, name))) throw unknownUser(name);
        await note(context, { actor: identity.user, action: 'user.remove', name });
        return jobs;
      });
      await Promise.all(active.map((id) => this.#jobs.cancel(identity, id)));
      if (active.length === 0) return;
      after = Math.max(after, ...active);
    }
  }
}

interface Note {
  readonly actor: string;
  readonly action: string;
  readonly name: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Everybody who keeps a copy of users or limits reads again. */
async function note({ emit, audit }: WriteContext, { actor, action, name, detail = {} }: Note): Promise<void> {
  await emit({ type: 'policy.changed', owner: 'host', data: { of: 'users' } });
  await audit({ actor, action, subject: `user:${name}`, detail });
}

async function keepAnAdmin(db: Queries, name: string): Promise<void> {
  const user = await findUser(db, name);
  if (user?.role !== 'admin' || (await countAdmins(db)) > 1) return;
  throw new AppError('state_conflict', `"${name}" is the last admin: make another user an admin first`, { field: 'role', value: 'admin' });
}

/** Whoever is to charge an account by default becomes a member of it. */
async function letCharge(db: Queries, { user, account }: { user: string; account: string }): Promise<void> {
  if (account === user || account === COMMON_ACCOUNT || (await isMember(db, account, user))) return;
  if ((await findAccount(db, account)) === undefined) {
    throw new AppError('account_not_found', `there is no account "${account}": add it first with "weir account create"`, {
      field: 'default_account',
      value: account,
    });
  }
  await addMember(db, account, user);
}

async function showUser(db: Queries, name: string): Promise<User> {
  const user = await findUser(db, name);
  if (user === undefined) throw unknownUser(name);
  return toUser(user, [...(await listMembers(db, { user: name })).keys()]);
}

function unknownUser(name: string): AppError {
  return new AppError('user_not_found', `there is no user "${name}"`, { field: 'name', value: name });
}

function toUser(user: StoredUser, accounts: readonly string[]): User {
  const { name, role, default_account, limits, created_at } = user;
  return { name, role, default_account, limits, accounts: [...accounts], created_at: toIso(created_at) };
}

function invert(members: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const accountsOf = new Map<string, string[]>();
  for (const [account, users] of members) {
    for (const user of users) {
      const accounts = accountsOf.get(user);
      if (accounts === undefined) accountsOf.set(user, [account]);
      else accounts.push(account);
    }
  }
  return accountsOf;
}
