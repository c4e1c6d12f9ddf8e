import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { examples, handleLocal } from '../../invocation.ts';
import { printTable } from '../../output/table.ts';
import { printJson } from '../../output/terminal.ts';
import { listEffective } from '../../settings/effective.ts';
import { tellUnknownSettings } from '../../settings/unknown.ts';

interface Options {
  readonly json?: boolean;
  readonly all?: boolean;
}

/** `weir config show`. */
export function define(command: Command, config: Config): void {
  command
    .option('--all', 'also settings that nobody set and that have no default')
    .option('--json', 'print JSON and nothing else')
    .addHelpText('after', examples('weir config show', 'weir config show --all --json') + '\n\nPasswords and tokens are not shown.');
  handleLocal<Options>(command, config, async ({ options }) => {
    tellUnknownSettings(config);
    const settings = listEffective({ home: config.home, environment: config.environment, file: config.fileVariables });
    const shown = settings.filter(({ value }) => value !== null || options.all === true);
    if (options.json === true) return printJson({ settings: shown });
    await printTable(
      [{ head: 'NAME' }, { head: 'VALUE' }, { head: 'SOURCE' }],
      shown.map(({ name, value, source }) => [name, value ?? '', source]),
    );
  });
}
