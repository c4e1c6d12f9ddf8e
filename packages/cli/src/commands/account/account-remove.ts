import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { readName } from '../../input/name.ts';
import { examples, handle } from '../../invocation.ts';
import { print, printJson } from '../../output/terminal.ts';

/** `weir account remove`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<name>', 'the account; no waiting or running job may be charged to it')
    .addHelpText('after', examples('weir account remove guests'));
  handle(command, config, async (call) => {
    const answer = await call.connect().client.accountRemove({ params: { name: readName('account', call.args[0]) } });
    await (call.json ? printJson(answer) : print(`account ${answer.name} is removed`));
  });
}
