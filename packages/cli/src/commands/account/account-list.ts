import type { Command } from 'commander';
import type { Account } from '@weir/contract/client';
import { formatUsed } from '../../accounts/account-view.ts';
import { formatLimits } from '../../accounts/limit-flags.ts';
import type { Config } from '../../config.ts';
import { examples, handle } from '../../invocation.ts';
import { printTable, type Cell, type Column } from '../../output/table.ts';
import { note, printJson } from '../../output/terminal.ts';

const COLUMNS: readonly Column[] = [
  { head: 'NAME' },
  { head: 'SHARES', align: 'right' },
  { head: 'FAIR SHARE', align: 'right' },
  { head: 'USED', align: 'right' },
  { head: 'MEMBERS', cut: true },
  { head: 'LIMITS', cut: true },
];

/** `weir account list`. */
export function define(command: Command, config: Config): void {
  command.addHelpText(
    'after',
    examples('weir account list') +
      '\n\nFAIR SHARE: from 0 (used far more than its share) to 1. USED: weighted, halved with every half-life.',
  );
  handle(command, config, async (call) => {
    const list = await call.connect().client.accountList();
    if (call.json) return printJson(list);
    if (list.accounts.length === 0) {
      note('no accounts');
      return;
    }
    await printTable(COLUMNS, list.accounts.map(toRow));
  });
}

function toRow(account: Account): Cell[] {
  return [
    account.name,
    account.shares,
    account.fair_share.toFixed(3),
    formatUsed(account.usage),
    account.members.join(', ') || '-',
    formatLimits(account.limits),
  ];
}
