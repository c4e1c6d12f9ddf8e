import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { readName } from '../../input/name.ts';
import { examples, handle } from '../../invocation.ts';
import { print, printJson } from '../../output/terminal.ts';

/** `weir node resume`. */
export function define(command: Command, config: Config): void {
  command.argument('<name...>', 'the nodes').addHelpText('after', examples('weir node resume node-1'));
  handle(command, config, async (call) => {
    const names = call.args.map((name) => readName('node', name));
    const { client } = call.connect();
    for (const name of names) {
      const node = await client.nodeResume({ params: { name } });
      await (call.json ? printJson(node) : print(`node ${name} takes jobs again`));
    }
  });
}
