import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { confirm } from '../../input/confirm.ts';
import { readName } from '../../input/name.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { note, print, printJson } from '../../output/terminal.ts';

interface Options {
  readonly yes?: boolean;
}

/** `weir user remove`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<name>', 'the user')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      examples('weir user remove ada', 'weir user remove ada --yes') + '\n\nTokens stop working, waiting and running jobs are cancelled.',
    );
  handle<Options>(command, config, removeUser);
}

async function removeUser(call: Invocation<Options>): Promise<number> {
  const name = readName('user', call.args[0]);
  const { client } = call.connect();
  const warning = {
    what: `user ${name} would be removed and the jobs cancelled`,
    question: `Remove user ${name} and cancel the user's jobs?`,
  };
  if (call.options.yes !== true && !(await confirm(warning))) {
    note('nothing removed');
    return 1;
  }
  const answer = await client.userRemove({ params: { name } });
  await (call.json ? printJson(answer) : print(`user ${name} is removed`));
  return 0;
}
