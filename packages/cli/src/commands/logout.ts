import type { Command } from 'commander';
import { AppError } from '@weir/contract/client';
import type { Config } from '../config.ts';
import { readUrl } from '../connection/connect.ts';
import { readLogins, removeLogin } from '../connection/logins.ts';
import { examples, handleText, type Invocation } from '../invocation.ts';
import { print } from '../output/terminal.ts';

/** `weir logout`. */
export function define(command: Command, config: Config): void {
  command.addHelpText(
    'after',
    examples('weir logout', 'weir logout --host https://weir.lab.example') +
      '\n\nForgets the token kept by weir login, of the last login unless --host names another. The token itself still works: weir token revoke ends it.',
  );
  handleText(command, config, logOut);
}

async function logOut(call: Invocation<unknown>): Promise<void> {
  const named = call.options.host ?? call.config.hostUrl;
  const url = named === undefined ? readLogins(call.config.home).last : readUrl(named);
  if (url === undefined || !removeLogin(call.config.home, url)) {
    throw new AppError('not_found', url === undefined ? 'there is no login to forget' : `there is no login for ${url}`, {
      field: '--host',
    });
  }
  await print(`logged out of ${url}`);
}
