import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { readName } from '../../input/name.ts';
import { examples, handle } from '../../invocation.ts';
import { print, printJson } from '../../output/terminal.ts';

/** `weir reservation remove`. */
export function define(command: Command, config: Config): void {
  command.argument('<name>', 'of the reservation').addHelpText('after', examples('weir reservation remove disks'));
  handle(command, config, async (call) => {
    const answer = await call.connect().client.reservationRemove({ params: { name: readName('reservation', call.args[0]) } });
    await (call.json ? printJson(answer) : print(`reservation ${answer.name} is over`));
  });
}
