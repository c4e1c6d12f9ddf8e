import type { LimitTable, ShareTable } from '../scheduler/core/model.ts';
import { listUserLimits } from '../identity/user-store.ts';
import type { Queries } from '../store/store.ts';
import { listAccounts } from './account-store.ts';
import { decayUsage } from './usage-decay.ts';
import { listUsage } from './usage-store.ts';

/** The limits of every user and every account that has any. */
export async function loadLimits(db: Queries): Promise<LimitTable> {
  const users = await listUserLimits(db);
  const accounts = await listAccounts(db);
  return {
    users: new Map(users.map((user) => [user.name, user.limits])),
    accounts: new Map(accounts.filter(({ limits }) => Object.keys(limits).length > 0).map(({ name, limits }) => [name, limits])),
  };
}

/** Shares of accounts, and usage decayed to the newest time that the store has one of; the scheduler lets it decay from there on. */
export async function loadShares(db: Queries, halfLifeMs: number): Promise<ShareTable> {
  const accounts = await listAccounts(db);
  const usage = await listUsage(db);
  const asOf = usage.reduce((newest, row) => Math.max(newest, row.as_of), 0);
  return {
    shares: new Map(accounts.map(({ name, shares }) => [name, shares])),
    usage: new Map(usage.map((row) => [`${row.account}\u0000${row.user}`, decayUsage(row.usage, asOf - row.as_of, halfLifeMs)])),
    asOf,
  };
}
