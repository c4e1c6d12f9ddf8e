import type { ShareTable } from '../model.ts';

/**
 * Fair share as Slurm's classic algorithm has it: 2^(-used / allotted), from 0 (far more than the share) to 1.
 *
 * An account's share is its shares of those of all accounts in the table; inside it the users that are in the table (with 0 as well) share
 * alike. Of a user counts what the user used, and a part (the user's share) of what the others of the account used. Nobody used anything: 1.
 */
export class FairShare {
  private readonly table: ShareTable;
  private readonly users = new Map<string, Map<string, number>>();
  private readonly used = new Map<string, number>();
  private totalUsed = 0;
  private totalShares = 0;

  constructor(table: ShareTable) {
    this.table = table;
    for (const [key, amount] of table.usage) this.add(key, amount);
    for (const name of new Set([...table.shares.keys(), ...this.used.keys()])) this.totalShares += this.sharesOf(name);
  }

  /** The factor of a user's jobs that are charged to the account. */
  factor(account: string, user: string): number {
    if (this.totalUsed <= 0) return 1;
    const known = this.table.shares.has(account) || this.used.has(account);
    const allottedToAccount = this.sharesOf(account) / (this.totalShares + (known ? 0 : this.sharesOf(account)));
    const users = this.users.get(account);
    const part = 1 / ((users?.size ?? 0) + (users?.has(user) === true ? 0 : 1));
    const usedByAccount = (this.used.get(account) ?? 0) / this.totalUsed;
    const usedByUser = (users?.get(user) ?? 0) / this.totalUsed;
    return 2 ** (-(usedByUser + (usedByAccount - usedByUser) * part) / (allottedToAccount * part));
  }

  private sharesOf(account: string): number {
    return this.table.shares.get(account) ?? 1;
  }

  private add(key: string, amount: number): void {
    const [account = '', user = ''] = key.split('\u0000');
    const users = this.users.get(account) ?? new Map<string, number>();
    this.users.set(account, users.set(user, (users.get(user) ?? 0) + amount));
    this.used.set(account, (this.used.get(account) ?? 0) + amount);
    this.totalUsed += amount;
  }
}
