import type { Command } from 'commander';
import type { User } from '@weir/contract/client';
import { formatLimits } from '../../accounts/limit-flags.ts';
import type { Config } from '../../config.ts';
import { examples, handle } from '../../invocation.ts';
import { printTable, type Cell, type Column } from '../../output/table.ts';
import { printJson } from '../../output/terminal.ts';
import { formatTime } from '../../output/times.ts';

const COLUMNS: readonly Column[] = [
  { head: 'NAME' },
  { head: 'ROLE' },
  { head: 'CHARGED TO' },
  { head: 'ACCOUNTS', cut: true },
  { head: 'LIMITS', cut: true },
  { head: 'SINCE', spare: true },
];

/** `weir user list`. */
export function define(command: Command, config: Config): void {
  command.addHelpText('after', examples('weir user list'));
  handle(command, config, async (call) => {
    const list = await call.connect().client.userList();
    await (call.json ? printJson(list) : printTable(COLUMNS, list.users.map(toRow)));
  });
}

function toRow(user: User): Cell[] {
  return [
    user.name,
    user.role,
    user.default_account,
    user.accounts.join(', ') || '-',
    formatLimits(user.limits),
    formatTime(user.created_at),
  ];
}
