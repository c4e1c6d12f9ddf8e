import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { readId } from '../../input/numbers.ts';
import { examples, handle } from '../../invocation.ts';
import { printWhy } from '../../jobs/why-view.ts';
import { printJson } from '../../output/terminal.ts';

/** `weir job why`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<id>', 'the job')
    .addHelpText('after', examples('weir job why 12') + '\n\nBefore a submit the same is told by: weir job submit --dry-run');
  handle(command, config, async (call) => {
    const job_id = readId('job', call.args[0]);
    const why = await call.connect().client.jobWhy({ params: { job_id } });
    await (call.json ? printJson(why) : printWhy(`job ${job_id}`, why));
  });
}
