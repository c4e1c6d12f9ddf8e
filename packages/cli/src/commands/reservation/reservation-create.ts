import { Option, type Command } from 'commander';
import { AppError, parseDuration, type ReservationCreate } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readInstant } from '../../input/begin-time.ts';
import { readName, readNames } from '../../input/name.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { print, printJson } from '../../output/terminal.ts';
import { formatTime } from '../../output/times.ts';

interface Options {
  readonly nodes?: readonly string[];
  readonly users?: readonly string[];
  readonly accounts?: readonly string[];
  readonly from?: string;
  readonly until?: string;
  readonly for?: number;
  readonly reason?: string;
}

/** `weir reservation create`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<name>', 'of the reservation')
    .option('--nodes <names>', 'these nodes: node-1,node-2 (default: every node)', (text) => readNames('node', text))
    .option('--users <names>', 'kept for these users', (text) => readNames('user', text))
    .option('--accounts <names>', 'kept for jobs of these accounts', (text) => readNames('account', text))
    .option('--from <time>', 'from when on: now+1h, 16:00, 2026-01-31T16:00 (default: now)', (text) => readInstant('--from', text))
    .addOption(new Option('--for <time>', 'how long: 4h, 2d').argParser(parseDuration).conflicts('until'))
    .option('--until <time>', 'until when', (text) => readInstant('--until', text))
    .option('--reason <text>', 'why, for those who look')
    .addHelpText(
      'after',
      examples(
        'weir reservation create disks --nodes node-1 --from 22:00 --for 4h --reason "new disks"',
        'weir reservation create course --accounts teaching --from 2026-11-02T09:00 --until 2026-11-02T12:00',
      ) + '\n\nWithout --users and --accounts nobody may use the nodes: maintenance. Jobs that could run into it do not start there.',
    );
  handle<Options>(command, config, createReservation);
}

async function createReservation(call: Invocation<Options>): Promise<void> {
  const body = readRequest(call);
  const made = await call.connect().client.reservationCreate({ body });
  if (call.json) return printJson(made);
  await print(`reservation ${made.name} is there: ${formatTime(made.starts_at)} to ${formatTime(made.ends_at)}`);
}

function readRequest({ options, args }: Invocation<Options>): ReservationCreate {
  const { nodes, users, accounts, reason } = options;
  const starts_at = options.from ?? new Date().toISOString();
  const ends_at = options.until ?? (options.for === undefined ? undefined : new Date(Date.parse(starts_at) + options.for).toISOString());
  if (ends_at === undefined) throw new AppError('invalid_input', 'until when? Give --for 4h or --until 18:00', { field: '--for' });
  if (ends_at <= starts_at) {
    throw new AppError('invalid_input', `it would end (${formatTime(ends_at)}) before it starts (${formatTime(starts_at)})`, {
      field: '--until',
    });
  }
  return {
    name: readName('reservation', args[0]),
    nodes: nodes === undefined ? null : [...nodes],
    ...(users === undefined ? {} : { users: [...users] }),
    ...(accounts === undefined ? {} : { accounts: [...accounts] }),
    starts_at,
    ends_at,
    ...(reason === undefined ? {} : { reason }),
  };
}
