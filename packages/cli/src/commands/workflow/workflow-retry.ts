import { Option, type Command } from 'commander';
import { STAGES, type Stage } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { callOnce } from '../../connection/patience.ts';
import { readId } from '../../input/numbers.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { note, print, printJson } from '../../output/terminal.ts';
import { copyWorkflowEvents } from '../../workflows/follow-events.ts';
import { waitForWorkflow } from '../../workflows/wait-for-workflow.ts';

interface Options {
  readonly stage?: Stage;
  readonly wait?: boolean;
}

/** `weir workflow retry`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<id>', 'the workflow')
    .addOption(new Option('--stage <stage>', 'from this stage on (default: the first that is not complete)').choices(STAGES))
    .option('--wait', 'show the progress until it has ended, then the result')
    .addHelpText('after', examples('weir workflow retry 7', 'weir workflow retry 7 --stage train --wait'));
  handle<Options>(command, config, retryWorkflow);
}

async function retryWorkflow(call: Invocation<Options>): Promise<number> {
  const task_id = readId('workflow', call.args[0]);
  const { stage, wait } = call.options;
  const link = call.link();
  const after = wait === true ? await copyWorkflowEvents(link, task_id, { after: 0, sink: () => undefined }) : 0;
  const query = stage === undefined ? {} : { step: stage };
  const answer = await callOnce(link, ({ client }) => client.workflowRetry({ params: { task_id }, query }));
  if (wait === true) {
    note(answer.message);
    return waitForWorkflow(link, task_id, { json: call.json, after });
  }
  await (call.json ? printJson(answer) : print(answer.message));
  if (!call.json) note(`follow it with: weir workflow logs ${task_id} --follow`);
  return 0;
}
