/** The five stages, in their order. */
export const STAGES = ['data_fetch', 'train', 'infer', 'transport', 'monitor'] as const;
export type Stage = (typeof STAGES)[number];

/**
 * The states of a workflow and of its stages.
 *
 * pending   nothing has run; a stage waits for the one before it
 * running   a stage's job is queued or runs
 * completed all five stages did / the stage's result is stored
 * failed    a stage ended badly; `retry` makes it pending again
 * cancelled by a user; `retry` makes it pending again
 */
export const WORKFLOW_STATES = ['pending', 'running', 'completed', 'failed', 'cancelled'] as const;
export type WorkflowState = (typeof WORKFLOW_STATES)[number];
export type StageState = WorkflowState;

const ENDED: Record<WorkflowState, boolean> = { pending: false, running: false, completed: true, failed: true, cancelled: true };

/** True when the workflow rests until somebody retries it. */
export function workflowHasEnded(workflow: { state: WorkflowState }): boolean {
  return ENDED[workflow.state];
}

/** Which actions a workflow's state admits. */
export const workflowCan = {
  retry: (workflow: { state: WorkflowState }): boolean => workflow.state === 'failed' || workflow.state === 'cancelled',
  cancel: (workflow: { state: WorkflowState }): boolean => !ENDED[workflow.state],
  delete: (workflow: { state: WorkflowState }): boolean => ENDED[workflow.state],
};
