import type { WorkflowSummary } from '@weir/contract/client';
import { callPatiently, type Link } from '../connection/patience.ts';
import { onInterrupt } from '../output/interrupt.ts';
import { printJson } from '../output/terminal.ts';
import { followWorkflowEvents } from './follow-events.ts';
import { ProgressView } from './progress-view.ts';
import { exitCodeOfWorkflow, printSummary } from './summary-view.ts';

/** Shows a workflow's progress until it rests, then its summary; answers the exit code. */
export async function waitForWorkflow(link: Link, workflowId: number, { json, after }: { json: boolean; after: number }): Promise<number> {
  onInterrupt(`workflow ${workflowId} goes on; cancel it with: weir workflow cancel ${workflowId}`);
  const view = new ProgressView();
  try {
    await followWorkflowEvents(link, workflowId, { after, sink: (event) => view.show(event) });
  } finally {
    view.close();
  }
  const summary: WorkflowSummary = await callPatiently(link, ({ client }) => client.workflowSummary({ params: { task_id: workflowId } }));
  await (json ? printJson(summary) : printSummary(summary));
  return exitCodeOfWorkflow(summary.state);
}
