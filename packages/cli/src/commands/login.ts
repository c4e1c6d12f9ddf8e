import type { Command } from 'commander';
import { AppError, createClient } from '@weir/contract/client';
import type { Config } from '../config.ts';
import { warnOfPlainText } from '../connection/addresses.ts';
import { readUrl } from '../connection/connect.ts';
import { storeLogin } from '../connection/logins.ts';
import { readSecret } from '../input/secret.ts';
import { examples, handle, type Invocation } from '../invocation.ts';
import { print, printJson } from '../output/terminal.ts';

/** `weir login`. */
export function define(command: Command, config: Config): void {
  command.addHelpText(
    'after',
    examples('weir login --host https://weir.lab.example', 'weir login --host https://weir.lab.example < token.txt') +
      '\n\nThe token is asked for, or read from standard input, and kept in WEIR_HOME for you alone. From then on --host finds it, and no --host is\nneeded where no host runs in WEIR_HOME.',
  );
  handle(command, config, logIn);
}

async function logIn(call: Invocation<unknown>): Promise<void> {
  const named = call.options.host ?? call.config.hostUrl;
  if (named === undefined) throw new AppError('invalid_input', 'log in where? Give --host URL', { field: '--host' });
  const url = readUrl(named);
  warnOfPlainText(url);
  const token = await readSecret(`Token for ${url}: `);
  const me = await createClient({ url, token }).meShow();
  storeLogin(call.config.home, { url, token });
  await (call.json ? printJson({ url, ...me }) : print(`logged in to ${url} as ${me.user} (${me.role})`));
}
