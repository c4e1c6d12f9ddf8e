import { Option, type Command } from 'commander';
import { WORKFLOW_STATES, type Workflow, type WorkflowState } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readWhole } from '../../input/numbers.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { crop, printTable, type Cell } from '../../output/table.ts';
import { note, printJson } from '../../output/terminal.ts';
import { paintState } from '../../workflows/summary-view.ts';
import { formatWorkflowTime } from '../../workflows/workflow-time.ts';

interface Options {
  readonly status?: WorkflowState;
  readonly user?: string;
  readonly limit?: number;
}

/** `weir workflow list`. */
export function define(command: Command, config: Config): void {
  command
    .addOption(new Option('--status <state>', 'only workflows in this state').choices(WORKFLOW_STATES))
    .option('--user <user>', 'only workflows of this user')
    .option('--limit <n>', 'most workflows to show', readWhole({ option: '--limit', min: 1, max: 1000 }))
    .addHelpText('after', examples('weir workflow list', 'weir workflow list --status failed'));
  handle<Options>(command, config, listWorkflows);
}

async function listWorkflows(call: Invocation<Options>): Promise<void> {
  const { status, user, limit } = call.options;
  const workflows = await call.connect().client.workflowList({
    query: {
      ...(status === undefined ? {} : { status }),
      ...(user === undefined ? {} : { user }),
      ...(limit === undefined ? {} : { limit }),
    },
  });
  if (call.json) return printJson(workflows);
  if (workflows.length === 0) {
    note('no workflows');
    return;
  }
  const heads = ['NAME', 'USER', 'MODEL', 'EXPERIMENT', 'STATE', 'STAGE', 'CREATED', 'TABLE', 'ERROR'];
  await printTable([{ head: 'ID', align: 'right' }, ...heads.map((head) => ({ head }))], workflows.map(toRow));
}

function toRow(workflow: Workflow): Cell[] {
  return [
    workflow.task_id,
    crop(workflow.name, 30),
    workflow.user,
    workflow.model,
    workflow.experiment_id,
    paintState(workflow.status),
    `${workflow.current_step}/${workflow.total_steps}`,
    formatWorkflowTime(workflow.created_at),
    workflow.hive_table,
    crop(workflow.error_message ?? '', 60),
  ];
}
