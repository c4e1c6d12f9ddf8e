import type { Command } from 'commander';
import { describeUser } from '../../accounts/user-view.ts';
import type { Config } from '../../config.ts';
import { readName } from '../../input/name.ts';
import { examples, handle } from '../../invocation.ts';
import { printCard } from '../../output/table.ts';
import { printJson } from '../../output/terminal.ts';

/** `weir user show`. */
export function define(command: Command, config: Config): void {
  command.argument('<name>', 'the user').addHelpText('after', examples('weir user show ada'));
  handle(command, config, async (call) => {
    const user = await call.connect().client.userShow({ params: { name: readName('user', call.args[0]) } });
    await (call.json ? printJson(user) : printCard(`user ${user.name}`, describeUser(user)));
  });
}
