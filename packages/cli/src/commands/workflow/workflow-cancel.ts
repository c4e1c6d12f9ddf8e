import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { readId } from '../../input/numbers.ts';
import { examples, handle } from '../../invocation.ts';
import { print, printJson } from '../../output/terminal.ts';

/** `weir workflow cancel`. */
export function define(command: Command, config: Config): void {
  command.argument('<id>', 'the workflow').addHelpText('after', examples('weir workflow cancel 7'));
  handle(command, config, async (call) => {
    const params = { task_id: readId('workflow', call.args[0]) };
    const answer = await call.connect().client.workflowCancel({ params });
    await (call.json ? printJson(answer) : print(answer.message));
  });
}
