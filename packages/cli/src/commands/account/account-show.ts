import type { Command } from 'commander';
import { describeAccount } from '../../accounts/account-view.ts';
import type { Config } from '../../config.ts';
import { readName } from '../../input/name.ts';
import { examples, handle } from '../../invocation.ts';
import { printCard } from '../../output/table.ts';
import { printJson } from '../../output/terminal.ts';

/** `weir account show`. */
export function define(command: Command, config: Config): void {
  command.argument('<name>', 'the account').addHelpText('after', examples('weir account show vision'));
  handle(command, config, async (call) => {
    const account = await call.connect().client.accountShow({ params: { name: readName('account', call.args[0]) } });
    await (call.json ? printJson(account) : printCard(`account ${account.name}`, describeAccount(account)));
  });
}
