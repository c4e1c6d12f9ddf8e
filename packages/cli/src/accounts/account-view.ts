import type { Account } from '@weir/contract/client';
import type { Cell } from '../output/table.ts';
import { formatTime } from '../output/times.ts';
import { formatLimits } from './limit-flags.ts';

/** Facts of an account for a card. */
export function describeAccount(account: Account): (readonly [string, Cell | null])[] {
  return [
    ['shares', account.shares],
    ['members', account.members.length === 0 ? 'none' : account.members.join(', ')],
    ['limits', formatLimits(account.limits)],
    ['usage', formatUsed(account.usage)],
    ['fair share', `${account.fair_share.toFixed(3)} (1 = used nothing yet, 0 = far more than its share)`],
    ['since', formatTime(account.created_at)],
  ];
}

/** Weighted CPU-seconds for people: `12.5 core-hours`. */
export function formatUsed(seconds: number): string {
  return `${(seconds / 3600).toFixed(1)} core-hours`;
}
