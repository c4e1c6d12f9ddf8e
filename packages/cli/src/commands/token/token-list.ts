import type { Command } from 'commander';
import type { Token } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { examples, handle } from '../../invocation.ts';
import { printTable, type Cell, type Column } from '../../output/table.ts';
import { note, printJson } from '../../output/terminal.ts';
import { formatTime } from '../../output/times.ts';

const COLUMNS: readonly Column[] = [
  { head: 'ID', align: 'right' },
  { head: 'KIND' },
  { head: 'OF' },
  { head: 'LABEL', cut: true },
  { head: 'CREATED', spare: true },
  { head: 'EXPIRES' },
  { head: 'LAST USED' },
  { head: 'USES LEFT', align: 'right' },
];

/** `weir token list`. */
export function define(command: Command, config: Config): void {
  command.addHelpText('after', examples('weir token list') + "\n\nYour tokens; everybody's for an admin. Secrets are never shown again.");
  handle(command, config, async (call) => {
    const list = await call.connect().client.tokenList();
    if (call.json) return printJson(list);
    if (list.tokens.length === 0) {
      note('no tokens');
      return;
    }
    await printTable(COLUMNS, list.tokens.map(toRow));
  });
}

function toRow(token: Token): Cell[] {
  const uses = token.kind === 'join' ? (token.uses_left ?? 'any') : '-';
  return [
    token.id,
    token.kind,
    token.subject,
    token.label ?? '-',
    formatTime(token.created_at),
    token.expires_at === null ? 'never' : formatTime(token.expires_at),
    token.last_used_at === null ? 'never' : formatTime(token.last_used_at),
    uses,
  ];
}
