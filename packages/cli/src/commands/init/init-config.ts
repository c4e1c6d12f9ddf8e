import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { examples, handleLocal } from '../../invocation.ts';
import { note, print } from '../../output/terminal.ts';
import { envFileOf } from '../../settings/env-file.ts';
import { renderTemplate } from '../../settings/template.ts';
import { writeEnvFile } from '../../settings/write-env-file.ts';

interface Options {
  readonly output?: string;
  readonly force?: boolean;
}

/** `weir init config`. */
export function define(command: Command, config: Config): void {
  command
    .option('-o, --output <file>', 'where to write (default: weir.env of the Weir home)')
    .option('--force', 'replace a file that is there')
    .addHelpText('after', examples('weir init config', 'weir init config -o ./weir.env'));
  handleLocal<Options>(command, config, async ({ options }) => {
    await print(writeEnvFile(options.output ?? envFileOf(config.home), renderTemplate(), { force: options.force === true }));
    note('every setting is a comment with its default; take away the # of those that you change. What counts: weir config show');
  });
}
