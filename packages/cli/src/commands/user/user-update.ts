import { Option, type Command } from 'commander';
import { AppError, type Limits, type Role, type UserUpdate } from '@weir/contract/client';
import { addLimitFlags } from '../../accounts/limit-flags.ts';
import { describeUser } from '../../accounts/user-view.ts';
import type { Config } from '../../config.ts';
import { readName } from '../../input/name.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { printCard } from '../../output/table.ts';
import { printJson } from '../../output/terminal.ts';

interface Options {
  readonly role?: Role;
  readonly account?: string;
}

/** `weir user update`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<name>', 'the user')
    .addOption(new Option('--role <role>', 'what the user may do').choices(['user', 'admin']))
    .option('--account <name>', 'charged when a job names no account', (text) => readName('account', text))
    .addHelpText('after', examples('weir user update ada --role admin', 'weir user update ada --max-gpus 8 --max-running none'));
  const limits = addLimitFlags(command);
  handle<Options>(command, config, (call) => updateUser(call, limits()));
}

async function updateUser(call: Invocation<Options>, limits: Limits | undefined): Promise<void> {
  const { role, account } = call.options;
  const params = { name: readName('user', call.args[0]) };
  if (role === undefined && account === undefined && limits === undefined) {
    throw new AppError('invalid_input', 'nothing to change: give --role, --account or a limit such as --max-gpus 8');
  }
  const { client } = call.connect();
  const body: UserUpdate = {
    ...(role === undefined ? {} : { role }),
    ...(account === undefined ? {} : { default_account: account }),
    // The limits of a user are replaced as a whole.
    ...(limits === undefined ? {} : { limits: { ...(await client.userShow({ params })).limits, ...limits } }),
  };
  const user = await client.userUpdate({ params, body });
  await (call.json ? printJson(user) : printCard(`user ${user.name}`, describeUser(user)));
}
