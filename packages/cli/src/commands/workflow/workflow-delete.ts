import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { confirm } from '../../input/confirm.ts';
import { readId } from '../../input/numbers.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { note, print, printJson } from '../../output/terminal.ts';

interface Options {
  readonly yes?: boolean;
}

/** `weir workflow delete`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<id>', 'the workflow')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('weir workflow delete 7', 'weir workflow delete 7 --yes'));
  handle<Options>(command, config, deleteWorkflow);
}

async function deleteWorkflow(call: Invocation<Options>): Promise<number> {
  const task_id = readId('workflow', call.args[0]);
  const { client } = call.connect();
  if (call.options.yes !== true && !(await confirm(warning(task_id)))) {
    note('nothing deleted');
    return 1;
  }
  const answer = await client.workflowDelete({ params: { task_id } });
  await (call.json ? printJson(answer) : print(answer.message));
  return 0;
}

function warning(id: number) {
  return {
    what: `workflow ${id} and its files would be deleted`,
    question: `Delete workflow ${id} with its data, model and report? The result table stays.`,
  };
}
