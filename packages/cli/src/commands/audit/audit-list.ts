import type { Command } from 'commander';
import type { Client } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readWhole } from '../../input/numbers.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { printTable, type Cell, type Column } from '../../output/table.ts';
import { note, printJson } from '../../output/terminal.ts';
import { formatTime } from '../../output/times.ts';

const PAGE = 1000;
const DEFAULT_LIMIT = 50;

type Page = Awaited<ReturnType<Client['auditList']>>;
type Entry = Page['entries'][number];

interface Options {
  readonly actor?: string;
  readonly subject?: string;
  readonly limit?: number;
}

const COLUMNS: readonly Column[] = [{ head: 'TIME' }, { head: 'WHO' }, { head: 'DID' }, { head: 'TO' }, { head: 'DETAIL', cut: true }];

/** `weir audit list`. */
export function define(command: Command, config: Config): void {
  command
    .option('--actor <name>', 'only what this user or node did')
    .option('--subject <subject>', 'only what was done to this: job:12, node:node-1')
    .option('--limit <n>', `most entries to show (default: ${DEFAULT_LIMIT})`, readWhole({ option: '--limit', min: 1, max: 1_000_000 }))
    .addHelpText('after', examples('weir audit list', 'weir audit list --actor ada --limit 200'));
  handle<Options>(command, config, listAudit);
}

async function listAudit(call: Invocation<Options>): Promise<void> {
  const list = await loadEntries(call.connect().client, call.options);
  if (call.json) return printJson(list);
  if (list.entries.length === 0) {
    note('nothing was done');
    return;
  }
  await printTable(COLUMNS, list.entries.map(toRow));
}

async function loadEntries(client: Client, { actor, subject, limit = DEFAULT_LIMIT }: Options): Promise<Page> {
  const filter = { ...(actor === undefined ? {} : { actor }), ...(subject === undefined ? {} : { subject }) };
  const list: Page = { entries: [], next_before: null };
  do {
    const before = list.next_before === null ? {} : { before: list.next_before };
    const page = await client.auditList({ query: { ...filter, ...before, limit: Math.min(PAGE, limit - list.entries.length) } });
    list.entries.push(...page.entries);
    list.next_before = page.next_before;
  } while (list.next_before !== null && list.entries.length < limit);
  return list;
}

function toRow({ at, actor, action, subject, detail }: Entry): Cell[] {
  const facts = Object.entries(detail).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [formatTime(at), actor, action, subject, facts.join(' ')];
}
