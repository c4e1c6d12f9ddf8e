import type { Command } from 'commander';
import type { AccountCreate, Limits } from '@weir/contract/client';
import { addLimitFlags } from '../../accounts/limit-flags.ts';
import { readShares } from '../../accounts/share-option.ts';
import type { Config } from '../../config.ts';
import { readName, readNames } from '../../input/name.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { print, printJson } from '../../output/terminal.ts';

interface Options {
  readonly shares?: number;
  readonly members?: readonly string[];
}

/** `weir account create`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<name>', 'the account')
    .option('--shares <n>', "its share of the fleet beside the other accounts' shares", readShares)
    .option('--members <users>', 'who may charge it: ada,grace', (text) => readNames('user', text))
    .addHelpText(
      'after',
      examples('weir account create vision --shares 10 --members ada,grace', 'weir account create guests --max-cpus 32'),
    );
  const limits = addLimitFlags(command);
  handle<Options>(command, config, (call) => createAccount(call, limits()));
}

async function createAccount(call: Invocation<Options>, limits: Limits | undefined): Promise<void> {
  const { shares, members } = call.options;
  const body: AccountCreate = {
    name: readName('account', call.args[0]),
    ...(shares === undefined ? {} : { shares }),
    ...(members === undefined ? {} : { members: [...members] }),
    ...(limits === undefined ? {} : { limits }),
  };
  const account = await call.connect().client.accountCreate({ body });
  await (call.json ? printJson(account) : print(`account ${account.name} is there`));
}
