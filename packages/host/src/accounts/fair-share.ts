/** What fair share is made of: each account's shares, and what it used as of one moment. */
export interface ShareOfAccount {
  readonly shares: number;
  readonly usage: number;
}

/**
 * How much of its share each account has left, from 0 (used far more than it) to 1 (used nothing):
 * 2^(-(part of all usage) / (part of all shares)), as the classic fair-share factor of Slurm (slurm.schedmd.com/classic_fair_share.html).
 */
export function rateAccounts(accounts: ReadonlyMap<string, ShareOfAccount>): Map<string, number> {
  const all = [...accounts.values()];
  const shares = all.reduce((sum, account) => sum + account.shares, 0);
  const usage = all.reduce((sum, account) => sum + account.usage, 0);
  return new Map(
    [...accounts].map(([name, account]) => [name, usage === 0 ? 1 : 2 ** (-(account.usage / usage) / (account.shares / shares))]),
  );
}
