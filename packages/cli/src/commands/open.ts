import type { Command } from 'commander';
import { AppError } from '@weir/contract/client';
import type { Config } from '../config.ts';
import { examples, handle } from '../invocation.ts';
import { note, print, printJson } from '../output/terminal.ts';
import { formatClock } from '../output/times.ts';

/** `weir open`. */
export function define(command: Command, config: Config): void {
  command
    .argument('[path]', 'the page', '/')
    .addHelpText('after', examples('weir open', 'weir open /workflows/7') + '\n\nThe link opens the pages as you, once.');
  handle(command, config, async (call) => {
    const path = call.args[0] ?? '/';
    if (!/^\/(?!\/)/.test(path))
      throw new AppError('invalid_input', `"${path}" is not a page: use a path such as /workflows/7`, { field: 'path', value: path });
    const { client, url } = call.connect();
    const ticket = await client.ticketCreate();
    const link = `${url}/open?${new URLSearchParams({ ticket: ticket.ticket, to: path }).toString()}`;
    if (call.json) return printJson({ ...ticket, url: link });
    await print(link);
    note(`opens once, until ${formatClock(ticket.expires_at)}`);
  });
}
