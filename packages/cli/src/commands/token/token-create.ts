import { Option, type Command } from 'commander';
import { AppError, parseDuration, type NewToken, type TokenCreate } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { addressIsLocal } from '../../connection/addresses.ts';
import { readName } from '../../input/name.ts';
import { readWhole } from '../../input/numbers.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { note, paintNote, print, printJson } from '../../output/terminal.ts';
import { formatTime } from '../../output/times.ts';

interface Options {
  readonly join?: boolean;
  readonly uses?: number;
  readonly reusable?: boolean;
  readonly user?: string;
  readonly label?: string;
  readonly expires?: number;
}

/** `weir token create`. */
export function define(command: Command, config: Config): void {
  command
    .option('--join', 'lets machines join as nodes; prints the line to paste on the new machine')
    .addOption(
      new Option('--uses <n>', 'with --join: how many machines (default: 1)')
        .argParser(readWhole({ option: '--uses', min: 1, max: 10_000 }))
        .conflicts('reusable'),
    )
    .option('--reusable', 'with --join: any number of machines')
    .option('--user <name>', 'acts as this user (default: you)', (text) => readName('user', text))
    .option('--label <text>', 'what it is for, shown in the list')
    .option('--expires <time>', 'useless after this time: 12h, 30d (default: a day with --join, else never)', parseDuration)
    .addHelpText(
      'after',
      examples(
        'weir token create --join',
        'weir token create --join --uses 5 --expires 7d',
        'weir token create --label laptop --expires 90d',
      ),
    );
  handle<Options>(command, config, createToken);
}

async function createToken(call: Invocation<Options>): Promise<void> {
  const body = readRequest(call.options);
  const { client, url } = call.connect();
  const created = await client.tokenCreate({ body });
  if (call.json) return printJson(created);
  if (call.options.join === true) return printJoinLine(created, url);
  await print(created.secret);
  note(`token ${created.token.id} of ${created.token.subject}${describeEnd(created)}; it is shown this once`);
}

function readRequest({ join, uses, reusable, user, label, expires }: Options): TokenCreate {
  if (join !== true && (uses !== undefined || reusable === true)) {
    throw new AppError('invalid_input', '--uses and --reusable are about --join tokens: add --join', { field: '--join' });
  }
  if (join === true && user !== undefined) {
    throw new AppError('invalid_input', 'a --join token belongs to no user: leave --user out', { field: '--user', value: user });
  }
  return {
    kind: join === true ? 'join' : 'user',
    ...(user === undefined ? {} : { user }),
    ...(label === undefined ? {} : { label }),
    ...(expires === undefined ? {} : { expires_in_ms: expires }),
    ...(reusable === true ? { uses: null } : uses === undefined ? {} : { uses }),
  };
}

async function printJoinLine(created: NewToken, url: string): Promise<void> {
  await print(`weir node join --host ${url} --token ${created.secret}`);
  const left = created.token.uses_left;
  const machines = left === null ? 'any number of machines' : `${left} ${left === 1 ? 'machine' : 'machines'}`;
  note(`paste it on the new machine; good for ${machines}${describeEnd(created)}`);
  if (addressIsLocal(url)) {
    note(
      `${paintNote('yellow', 'weir:')} ${url} is reached from this machine only: let the host listen on an address of the network (weir up --listen), and put that address in the line`,
    );
  }
}

function describeEnd({ token }: NewToken): string {
  return token.expires_at === null ? '' : `, until ${formatTime(token.expires_at)}`;
}
