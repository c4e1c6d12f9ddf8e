import { JOB_STATE_RULES, type JobState, type Stage, type StageState, type WorkflowState } from '@weir/contract';

/** A stage as the engine sees it: its row, and the job that runs it. */
export interface StageView {
  readonly name: Stage;
  readonly state: StageState;
  readonly begun: boolean;
  readonly hasResult: boolean;
  readonly job: { readonly state: JobState; readonly reason: string | null } | undefined;
}

export interface WorkflowView {
  readonly state: WorkflowState;
  readonly cancelRequested: boolean;
  /** Why what its completed stages left cannot be reached any more; null while it can. */
  readonly filesLost: string | null;
  readonly stages: readonly StageView[];
}

/** One step of a workflow. `wait` = nothing to do until its job changes. */
export type Decision =
  | { readonly kind: 'wait' }
  | { readonly kind: 'submit'; readonly stage: Stage }
  | { readonly kind: 'begin'; readonly stage: Stage }
  | { readonly kind: 'complete'; readonly stage: Stage }
  | { readonly kind: 'fail'; readonly stage: Stage; readonly state: 'failed' | 'cancelled'; readonly reason: string }
  | { readonly kind: 'finish' };

const WAIT: Decision = { kind: 'wait' };

/** Decides the next step of a workflow from what is stored. Pure; asking again after the step was applied gives the next one. */
export function advance(workflow: WorkflowView): Decision {
  if (workflow.state !== 'pending' && workflow.state !== 'running') return WAIT;
  const stage = workflow.stages.find((candidate) => candidate.state !== 'completed');
  if (stage === undefined) return { kind: 'finish' };
  if (stage.state !== 'running' || stage.job === undefined) {
    if (workflow.cancelRequested) return cancelled(stage.name);
    return workflow.filesLost === null ? { kind: 'submit', stage: stage.name } : failed(stage.name, workflow.filesLost);
  }
  if (stage.job.state === 'pending' && workflow.filesLost !== null) return failed(stage.name, workflow.filesLost);
  return judgeRunning(stage, stage.job, workflow.cancelRequested);
}

function judgeRunning(stage: StageView, job: NonNullable<StageView['job']>, cancelRequested: boolean): Decision {
  if (!JOB_STATE_RULES[job.state].terminal) {
    const runs = job.state === 'running' || job.state === 'paused';
    return runs && !stage.begun ? { kind: 'begin', stage: stage.name } : WAIT;
  }
  if (job.state === 'completed' && stage.hasResult) return { kind: 'complete', stage: stage.name };
  if (cancelRequested || job.state === 'cancelled') return cancelled(stage.name);
  const reason = job.state === 'completed' ? 'ended without a result' : (job.reason ?? job.state);
  return failed(stage.name, reason);
}

function failed(stage: Stage, reason: string): Decision {
  return { kind: 'fail', stage, state: 'failed', reason };
}

function cancelled(stage: Stage): Decision {
  return { kind: 'fail', stage, state: 'cancelled', reason: 'cancelled by request' };
}
