import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { readId } from '../../input/numbers.ts';
import { examples, handle } from '../../invocation.ts';
import { printJson } from '../../output/terminal.ts';
import { printSummary } from '../../workflows/summary-view.ts';

/** `weir workflow summary`. */
export function define(command: Command, config: Config): void {
  command.argument('<id>', 'the workflow').addHelpText('after', examples('weir workflow summary 7', 'weir workflow summary 7 --json'));
  handle(command, config, async (call) => {
    const params = { task_id: readId('workflow', call.args[0]) };
    const summary = await call.connect().client.workflowSummary({ params });
    await (call.json ? printJson(summary) : printSummary(summary));
  });
}
