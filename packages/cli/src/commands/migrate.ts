import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { examples, handleLocal } from '../invocation.ts';
import { print, printJson, showStatus, clearStatus } from '../output/terminal.ts';

interface Options {
  readonly from?: string;
  readonly to: string;
  readonly json?: boolean;
}

const EXPLANATION = `
The host must be stopped; jobs go on, and their runners report to the host that starts on the new store:
  $ weir host --store postgres://weir@db/weir
The old file is kept and marked, so that no host starts on it.`;

/** `weir migrate`. */
export function define(command: Command, config: Config): void {
  command
    .option('--from <path>', 'SQLite file to move (default: weir.db of the Weir home)')
    .requiredOption('--to <url>', 'postgres://… of an empty database')
    .option('--json', 'print what was moved as JSON and nothing else')
    .addHelpText('after', examples('weir migrate --to postgres://weir@db/weir') + '\n' + EXPLANATION);
  handleLocal<Options>(command, config, ({ options }) => migrate(config, options));
}

async function migrate(config: Config, options: Options): Promise<void> {
  const { moveStore } = await import('@weir/host');
  const from = resolve(options.from ?? join(config.home, 'weir.db'));
  const onProgress = (table: string, rows: number) => showStatus(`${table}: ${rows} rows`);
  const tables = await moveStore({ from, to: options.to, onProgress }).finally(clearStatus);
  const rows = tables.reduce((total, table) => total + table.rows, 0);
  if (options.json === true) return printJson({ from, rows, tables });
  await print(`${rows} rows of ${tables.length} tables moved and verified; start the host with --store`);
}
