import type { User } from '@weir/contract/client';
import type { Cell } from '../output/table.ts';
import { formatTime } from '../output/times.ts';
import { formatLimits } from './limit-flags.ts';

/** Facts of a user for a card. */
export function describeUser(user: User): (readonly [string, Cell | null])[] {
  return [
    ['role', user.role],
    ['charged to', user.default_account],
    ['may charge', user.accounts.length === 0 ? null : user.accounts.join(', ')],
    ['limits', formatLimits(user.limits)],
    ['since', formatTime(user.created_at)],
  ];
}
