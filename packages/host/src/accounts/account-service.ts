import { AppError, type Account, type AccountCreate, type AccountUpdate } from '@weir/contract';
import type { Identity } from '../identity/identity.ts';
import { findUnknownUsers, findUser, replaceDefaultAccount } from '../identity/user-store.ts';
import type { WriteContext } from '../store/group-commit.ts';
import type { Queries, Store } from '../store/store.ts';
import { toIso } from '../store/time.ts';
import { deleteAccount, findAccount, insertAccount, listAccounts, updateAccount, type StoredAccount } from './account-store.ts';
import { countActiveJobsOfAccount } from './active-job-store.ts';
import { rateAccounts } from './fair-share.ts';
import { loadShares } from './limit-tables.ts';
import { isMember, listMembers, replaceMembers } from './member-store.ts';
import { COMMON_ACCOUNT } from './resolve-account.ts';
import { decayUsage } from './usage-decay.ts';
import { deleteUsageOfAccount } from './usage-store.ts';

/** Accounts, who may charge them, and what they have used. */
export class AccountService {
  readonly #store: Store;
  readonly #halfLifeMs: number;

  /** `halfLifeMs`: the time in which what was used counts half. */
  constructor(store: Store, halfLifeMs: number) {
    this.#store = store;
    this.#halfLifeMs = halfLifeMs;
  }

  /** Accounts that the asker may charge; all for an admin. */
  async list(identity: Identity): Promise<Account[]> {
    const accounts = await this.#view(this.#store.read, await listAccounts(this.#store.read));
    if (identity.role === 'admin') return accounts;
    return accounts.filter(({ name, members }) => isOpenTo(identity, name) || members.includes(identity.user));
  }

  /** Throws `account_not_found`, also for one that the asker may not charge. */
  async show(identity: Identity, name: string): Promise<Account> {
    const { read } = this.#store;
    if (identity.role !== 'admin' && !isOpenTo(identity, name) && !(await isMember(read, name, identity.user))) throw unknownAccount(name);
    return this.#find(read, name);
  }

  /** Throws `already_exists`, `user_not_found` for a member that is no user. */
  async create(actor: string, create: AccountCreate): Promise<Account> {
    const { name, shares = 1, members = [], limits = {} } = create;
    return this.#store.write(async (context) => {
      const { db } = context;
      if (!(await insertAccount(db, { name, shares, limits })))
        throw new AppError('already_exists', `there is an account "${name}" already: change it with "weir account update"`, {
          field: 'name',
          value: name,
        });
      await setMembers(db, name, members);
      await note(context, { actor, action: 'account.create', name, detail: { shares, members, limits } });
      return this.#find(db, name);
    });
  }

  /** Throws `account_not_found`, `user_not_found` for a member that is no user. */
  async update(actor: string, name: string, changes: AccountUpdate): Promise<Account> {
    return this.#store.write(async (context) => {
      const { db } = context;
      if (!(await updateAccount(db, name, changes))) throw unknownAccount(name);
      if (changes.members !== undefined) await setMembers(db, name, changes.members);
      await note(context, { actor, action: 'account.update', name, detail: changes });
      return this.#find(db, name);
    });
  }

  /** Throws `account_not_found`, and `state_conflict` while jobs are charged to it or somebody needs it. */
  async remove(actor: string, name: string): Promise<void> {
    await this.#store.write(async (context) => {
      const { db } = context;
      await refuseNeeded(db, name);
      await replaceDefaultAccount(db, name, 'everybody');
      await deleteUsageOfAccount(db, name);
      if (!(await deleteAccount(db, name))) throw unknownAccount(name);
      await note(context, { actor, action: 'account.remove', name });
    });
  }

  async #find(db: Queries, name: string): Promise<Account> {
    const stored = await findAccount(db, name);
    const [account] = stored === undefined ? [] : await this.#view(db, [stored]);
    if (account === undefined) throw unknownAccount(name);
    return account;
  }

  async #view(db: Queries, stored: readonly StoredAccount[]): Promise<Account[]> {
    const table = await loadShares(db, this.#halfLifeMs);
    const [only] = stored;
    const members = await listMembers(db, stored.length === 1 && only !== undefined ? { account: only.name } : {});
    const charged = new Map([...table.shares].map(([name, shares]) => [name, { shares, usage: 0 }]));
    const elapsedMs = Date.now() - table.asOf;
    for (const [key, usage] of table.usage) {
      const name = key.slice(0, key.indexOf('\u0000'));
      const entry = charged.get(name) ?? { shares: 1, usage: 0 };
      charged.set(name, { ...entry, usage: entry.usage + decayUsage(usage, elapsedMs, this.#halfLifeMs) });
    }
    const rated = rateAccounts(charged);
    return stored.map(({ name, shares, limits, created_at }) => ({
      name,
      shares,
      limits,
      members: members.get(name) ?? [],
      usage: charged.get(name)?.usage ?? 0,
      fair_share: rated.get(name) ?? 1,
      created_at: toIso(created_at),
    }));
  }
}

function isOpenTo(identity: Identity, account: string): boolean {
  return account === identity.user || account === COMMON_ACCOUNT;
}

async function setMembers(db: Queries, account: string, members: readonly string[]): Promise<void> {
  const [unknown] = await findUnknownUsers(db, members);
  if (unknown !== undefined) throw new AppError('user_not_found', `there is no user "${unknown}"`, { field: 'members', value: unknown });
  await replaceMembers(db, account, members);
  await replaceDefaultAccount(db, account, 'strangers');
}

async function refuseNeeded(db: Queries, name: string): Promise<void> {
  const refuse = (why: string) => new AppError('state_conflict', `account "${name}" ${why}`, { field: 'name', value: name });
  if (name === COMMON_ACCOUNT) throw refuse("is everybody's: set its limits instead");
  if ((await findUser(db, name)) !== undefined) throw refuse('is the own account of a user: it goes with the user');
  const jobs = await countActiveJobsOfAccount(db, name);
  if (jobs > 0) throw refuse(`has ${jobs} waiting or running jobs: wait for them or cancel them`);
}

async function note(
  { emit, audit }: WriteContext,
  change: { actor: string; action: string; name: string; detail?: Readonly<Record<string, unknown>> },
): Promise<void> {
  await emit({ type: 'policy.changed', owner: 'host', data: { of: 'accounts' } });
  await audit({ actor: change.actor, action: change.action, subject: `account:${change.name}`, detail: change.detail ?? {} });
}

function unknownAccount(name: string): AppError {
  return new AppError('account_not_found', `there is no account "${name}"`, { field: 'name', value: name });
}
