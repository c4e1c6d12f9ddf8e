import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { examples, handleLocal } from '../invocation.ts';
import { tellUnknownSettings } from '../settings/unknown.ts';
import { becomeProgram } from '../up/become-program.ts';
import { runnerProgram } from '../up/programs.ts';

/** `weir runner`. */
export function define(command: Command, config: Config): void {
  command.addHelpText(
    'after',
    examples('weir runner') +
      '\n\nFor service managers; weir up starts a host and a runner together, weir node join the runner of a further node.',
  );
  handleLocal(command, config, async () => {
    tellUnknownSettings(config);
    becomeProgram(runnerProgram(config));
  });
}
