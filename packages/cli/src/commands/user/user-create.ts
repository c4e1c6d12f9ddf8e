import { Option, type Command } from 'commander';
import type { Role, UserCreate } from '@weir/contract/client';
import { addLimitFlags } from '../../accounts/limit-flags.ts';
import type { Config } from '../../config.ts';
import { readName } from '../../input/name.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { note, print, printJson } from '../../output/terminal.ts';

interface Options {
  readonly role?: Role;
  readonly account?: string;
  readonly token: boolean;
}

/** `weir user create`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<name>', 'the user')
    .addOption(new Option('--role <role>', 'what the user may do (default: user)').choices(['user', 'admin']))
    .option('--account <name>', 'charged when a job names no account (default: "default")', (text) => readName('account', text))
    .option('--no-token', 'make no first token')
    .addHelpText(
      'after',
      examples('weir user create ada', 'weir user create ada --role admin', 'weir user create ada --account vision --max-gpus 8') +
        '\n\nPrints the first token of the user, this once. The user gives it to: weir login --host URL',
    );
  const limits = addLimitFlags(command);
  handle<Options>(command, config, (call) => createUser(call, { limits: limits() }));
}

async function createUser(call: Invocation<Options>, { limits }: { limits: UserCreate['limits'] | undefined }): Promise<void> {
  const { role, account, token } = call.options;
  const body: UserCreate = {
    name: readName('user', call.args[0]),
    ...(role === undefined ? {} : { role }),
    ...(account === undefined ? {} : { default_account: account }),
    ...(limits === undefined ? {} : { limits }),
  };
  const { client, url } = call.connect();
  const user = await client.userCreate({ body });
  const first = token ? await client.tokenCreate({ body: { kind: 'user', user: user.name, label: 'first' } }) : undefined;
  if (call.json) return printJson({ user, token: first?.token ?? null, secret: first?.secret ?? null });
  note(
    `user ${user.name} is there${first === undefined ? '' : `; the token below is shown this once, to be given to: weir login --host ${url}`}`,
  );
  if (first !== undefined) await print(first.secret);
}
