import type { Command } from 'commander';
import type { Reservation } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { examples, handle } from '../../invocation.ts';
import { printTable, type Cell, type Column } from '../../output/table.ts';
import { note, printJson } from '../../output/terminal.ts';
import { formatTime } from '../../output/times.ts';

const COLUMNS: readonly Column[] = [
  { head: 'NAME' },
  { head: 'FROM' },
  { head: 'UNTIL' },
  { head: 'NODES', cut: true },
  { head: 'FOR', cut: true },
  { head: 'BY', spare: true },
  { head: 'REASON', cut: true },
];

/** `weir reservation list`. */
export function define(command: Command, config: Config): void {
  command.addHelpText('after', examples('weir reservation list'));
  handle(command, config, async (call) => {
    const list = await call.connect().client.reservationList();
    if (call.json) return printJson(list);
    if (list.reservations.length === 0) {
      note('no reservations');
      return;
    }
    await printTable(COLUMNS, list.reservations.map(toRow));
  });
}

function toRow({ name, starts_at, ends_at, nodes, users, accounts, created_by, reason }: Reservation): Cell[] {
  const kept = [...users, ...accounts.map((account) => `account ${account}`)].join(', ');
  return [
    name,
    formatTime(starts_at),
    formatTime(ends_at),
    nodes?.join(', ') ?? 'every node',
    kept || 'maintenance',
    created_by,
    reason ?? '',
  ];
}
