import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { examples, handle } from '../../invocation.ts';
import { printTable } from '../../output/table.ts';
import { printJson } from '../../output/terminal.ts';

/** `weir warehouse list`. */
export function define(command: Command, config: Config): void {
  command.addHelpText('after', examples('weir warehouse list'));
  handle(command, config, async (call) => {
    const list = await call.connect().client.warehouseList();
    if (call.json) return printJson(list);
    await printTable(
      [{ head: 'NAME' }, { head: 'KIND' }],
      list.warehouses.map(({ name, kind }) => [name, kind]),
    );
  });
}
