import type { Command } from 'commander';
import type { Workflow, WorkflowStep } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readId } from '../../input/numbers.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { printCard, printTable, type Cell } from '../../output/table.ts';
import { print, printJson } from '../../output/terminal.ts';
import { formatSpan } from '../../output/times.ts';
import { paintState } from '../../workflows/summary-view.ts';
import { formatWorkflowTime } from '../../workflows/workflow-time.ts';

/** `weir workflow show`. */
export function define(command: Command, config: Config): void {
  command.argument('<id>', 'the workflow').addHelpText('after', examples('weir workflow show 7'));
  handle(command, config, showWorkflow);
}

async function showWorkflow(call: Invocation<unknown>): Promise<void> {
  const params = { task_id: readId('workflow', call.args[0]) };
  const { client } = call.connect();
  const workflow = await client.workflowShow({ params });
  if (call.json) return printJson(workflow);
  const steps = await client.workflowSteps({ params });
  await printCard(`workflow ${workflow.task_id}  ${workflow.name}`, describeFacts(workflow));
  await print('');
  await printTable(
    [
      { head: 'STAGE' },
      { head: 'STATE' },
      { head: 'TIME', align: 'right' },
      { head: 'JOB', align: 'right' },
      { head: 'RETRIES', align: 'right' },
      { head: 'ERROR' },
    ],
    steps.map(toRow),
  );
}

function describeFacts(workflow: Workflow): (readonly [string, Cell | null])[] {
  const time = (at: string | null) => (at === null ? null : formatWorkflowTime(at));
  return [
    ['state', paintState(workflow.status)],
    ['error', workflow.error_message],
    ['user', workflow.user],
    ['model', workflow.model],
    ['experiment', workflow.experiment_id],
    ['dataset', workflow.dataset_id],
    ['warehouse', workflow.warehouse],
    ['table', workflow.hive_table],
    ['created', time(workflow.created_at)],
    ['started', time(workflow.started_at)],
    ['ended', time(workflow.completed_at)],
  ];
}

function toRow(step: WorkflowStep): Cell[] {
  return [
    step.step_name,
    paintState(step.status),
    step.seconds === null ? '-' : formatSpan(step.seconds * 1000),
    step.job_id ?? '-',
    step.retry_count,
    step.error_message ?? '',
  ];
}
