import type { Command } from 'commander';
import { AppError, type AccountUpdate, type Client, type Limits } from '@weir/contract/client';
import { describeAccount } from '../../accounts/account-view.ts';
import { addLimitFlags } from '../../accounts/limit-flags.ts';
import { readShares } from '../../accounts/share-option.ts';
import type { Config } from '../../config.ts';
import { readName, readNames } from '../../input/name.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { printCard } from '../../output/table.ts';
import { printJson } from '../../output/terminal.ts';

interface Options {
  readonly shares?: number;
  readonly members?: readonly string[];
  readonly addMembers?: readonly string[];
  readonly removeMembers?: readonly string[];
}

/** `weir account update`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<name>', 'the account')
    .option('--shares <n>', "its share of the fleet beside the other accounts' shares", readShares)
    .option('--members <users>', 'exactly these may charge it: ada,grace; "" = nobody', (text) => readNames('user', text))
    .option('--add-members <users>', 'these may charge it, too', (text) => readNames('user', text))
    .option('--remove-members <users>', 'these may not any more', (text) => readNames('user', text))
    .addHelpText(
      'after',
      examples('weir account update vision --add-members ada', 'weir account update vision --shares 5 --max-gpus none'),
    );
  const limits = addLimitFlags(command);
  handle<Options>(command, config, (call) => updateAccount(call, limits()));
}

async function updateAccount(call: Invocation<Options>, limits: Limits | undefined): Promise<void> {
  const name = readName('account', call.args[0]);
  const { client } = call.connect();
  const body = await readChanges(call.options, { client, name, limits });
  if (Object.keys(body).length === 0) {
    throw new AppError(
      'invalid_input',
      'nothing to change: give --shares, --add-members, --remove-members or a limit such as --max-gpus 8',
    );
  }
  const account = await client.accountUpdate({ params: { name }, body });
  await (call.json ? printJson(account) : printCard(`account ${account.name}`, describeAccount(account)));
}

/** Members and limits are replaced as a whole by the API: what is not named stays. */
async function readChanges(
  { shares, members, addMembers, removeMembers }: Options,
  { client, name, limits }: { client: Client; name: string; limits: Limits | undefined },
): Promise<AccountUpdate> {
  const changesMembers = [members, addMembers, removeMembers].some((list) => list !== undefined);
  const before = limits !== undefined || changesMembers ? await client.accountShow({ params: { name } }) : undefined;
  const kept = [...(members ?? before?.members ?? []), ...(addMembers ?? [])].filter((user) => removeMembers?.includes(user) !== true);
  return {
    ...(shares === undefined ? {} : { shares }),
    ...(changesMembers ? { members: [...new Set(kept)] } : {}),
    ...(limits === undefined ? {} : { limits: { ...before?.limits, ...limits } }),
  };
}
