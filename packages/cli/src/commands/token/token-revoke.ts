import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { readId } from '../../input/numbers.ts';
import { examples, handle } from '../../invocation.ts';
import { print, printJson } from '../../output/terminal.ts';

/** `weir token revoke`. */
export function define(command: Command, config: Config): void {
  command.argument('<id...>', 'the tokens, by their numbers').addHelpText('after', examples('weir token revoke 3'));
  handle(command, config, async (call) => {
    const ids = call.args.map((text) => readId('token', text));
    const { client } = call.connect();
    for (const id of ids) {
      const answer = await client.tokenRevoke({ params: { id } });
      await (call.json ? printJson(answer) : print(`token ${id} is revoked`));
    }
  });
}
