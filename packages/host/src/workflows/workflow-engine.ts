import { jobHasEnded, type Stage } from '@weir/contract';
import { Loop, type Logger } from '@weir/runtime';
import { loadLimits } from '../accounts/limit-tables.ts';
import { writeAsLeader } from '../cluster/leader-write.ts';
import type { Leadership } from '../cluster/leadership.ts';
import { findJob, insertJob } from '../jobs/job-store.ts';
import { describeEnd } from '../jobs/job-view.ts';
import type { NodeService } from '../nodes/node-service.ts';
import { cancelWaiting } from '../scheduler/hopeless-jobs.ts';
import type { JobRow, StageRow } from '../store/schema.ts';
import type { WriteContext } from '../store/group-commit.ts';
import type { Store } from '../store/store.ts';
import type { WarehouseRegistry } from '../warehouses/warehouse-registry.ts';
import { describeLoss, findFilesNode, type FilesNode } from './files-node.ts';
import { advance, type Decision } from './core/advance.ts';
import { makeStageJob } from './stage-jobs.ts';
import { fitStageJob, findChargedAccount } from './workflow-limits.ts';
import { findWorkflow, listActiveWorkflows, transitionStage, transitionWorkflow, type StoredWorkflow } from './workflow-store.ts';

const PERIOD_MS = 5_000;

export interface EngineParts {
  readonly store: Store;
  readonly nodes: NodeService;
  readonly warehouses: WarehouseRegistry;
  readonly leadership: Leadership;
  /** The local node of a host that is alone with its store; undefined = hosts share it. */
  readonly homeNode: string | undefined;
  readonly log: Logger;
}

/** Moves workflows on, on the host that leads: reads what is stored, decides, commits under a guard, until each waits for its job. */
export function makeWorkflowEngine(parts: EngineParts): Loop {
  return new Loop({
    name: 'workflow-engine',
    periodMs: PERIOD_MS,
    log: parts.log,
    run: async () => {
      if (!parts.leadership.isLeader) return;
      const failures: Error[] = [];
      for (const id of await listActiveWorkflows(parts.store.read)) {
        try {
          await moveOn(parts, id);
        } catch (cause) {
          // One workflow that cannot be moved on must not hold up those behind it.
          failures.push(new Error(`workflow ${id} cannot be moved on`, { cause }));
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, describeAll(failures));
    },
  });
}

function describeAll(failures: readonly Error[]): string {
  return failures.map((failure) => failure.message).join('; ');
}

async function moveOn(parts: EngineParts, id: number): Promise<void> {
  for (;;) {
    const stored = await findWorkflow(parts.store.read, id);
    if (stored === undefined) return;
    const job = await findRunningJob(parts, stored);
    const files = await findFilesNode(parts.store.read, stored.stages, parts.homeNode);
    const decision = advance(toView(stored, { job, files }));
    if (decision.kind === 'wait') return;
    const applied = await applyDecision(parts, { stored, decision, job, files });
    if (!applied) return;
  }
}

async function findRunningJob(parts: EngineParts, stored: StoredWorkflow): Promise<JobRow | undefined> {
  const id = stored.stages.find((stage) => stage.state === 'running')?.job_id;
  return id === null || id === undefined ? undefined : findJob(parts.store.read, id);
}

function toView({ workflow, stages }: StoredWorkflow, { job, files }: Pick<Step, 'job' | 'files'>) {
  return {
    state: workflow.state,
    cancelRequested: workflow.cancel_requested === 1,
    filesLost: files === undefined || files.isKnown ? null : describeLoss(workflow.id, files.name),
    stages: stages.map((stage) => ({
      name: stage.name,
      state: stage.state,
      begun: stage.started_at !== null,
      hasResult: stage.result !== null,
      job: job !== undefined && job.id === stage.job_id ? { state: job.state, reason: describeEnd(job) } : undefined,
    })),
  };
}

interface Step {
  readonly stored: StoredWorkflow;
  readonly decision: Exclude<Decision, { kind: 'wait' }>;
  readonly job: JobRow | undefined;
  readonly files: FilesNode | undefined;
}

/** False when the store has moved on meanwhile: the decision is stale and dropped. */
async function applyDecision(parts: EngineParts, step: Step): Promise<boolean> {
  const { decision } = step;
  const node = step.files?.name;
  const largest = await parts.nodes.describeLargest(node);
  if (decision.kind === 'submit' && largest.cpus === 0) return false; // no node to size it for: the next wake looks again
  const warehouse = parts.warehouses.require(step.stored.workflow.warehouse);
  const applied = await writeAsLeader(parts, (context) => {
    switch (decision.kind) {
      case 'submit':
        return submitStage(context, step, makeStageJob(step.stored, decision.stage, { largest, warehouse, node }));
      case 'begin':
        return beginStage(context, step, decision.stage);
      case 'complete':
        return completeStage(context, step, decision.stage);
      case 'fail':
        return failStage(context, step, decision);
      case 'finish':
        return finishWorkflow(context, step.stored);
    }
  });
  return applied ?? false;
}

async function submitStage({ db, emit }: WriteContext, { stored, decision }: Step, job: ReturnType<typeof makeStageJob>): Promise<boolean> {
  if (decision.kind !== 'submit') return false;
  const { workflow } = stored;
  const current = await findWorkflow(db, workflow.id);
  if (current?.workflow.cancel_requested !== 0) return false;
  const account = await findChargedAccount(db, workflow.user);
  const row = await insertJob(db, fitStageJob({ ...job, account }, await loadLimits(db)));
  const guard = { workflowId: workflow.id, stage: decision.stage, from: ['pending', 'running'] as const };
  const changes = { state: 'running' as const, job_id: row.id, started_at: null, completed_at: null, result: null, error_message: null };
  if (!(await transitionStage(db, guard, changes))) throw new Error(`stage ${decision.stage} of workflow ${workflow.id} is over already`);
  const subject = { jobId: row.id, workflowId: workflow.id, owner: workflow.user };
  await emit({ type: 'job.submitted', ...subject, data: { name: row.name, kind: row.kind } }, row);
  if (workflow.state === 'pending') {
    await transitionWorkflow(
      db,
      { id: workflow.id, from: ['pending'] },
      { state: 'running', started_at: workflow.started_at ?? Date.now() },
    );
    await emit({ type: 'workflow.started', ...subject });
  }
  await emit({ type: 'stage.queued', ...subject, data: { stage: decision.stage } });
  return true;
}

async function beginStage({ db, emit }: WriteContext, { stored, job }: Step, stage: Stage): Promise<boolean> {
  const guard = { workflowId: stored.workflow.id, stage, from: ['running'] as const };
  if (!(await transitionStage(db, guard, { started_at: job?.started_at ?? Date.now() }))) return false;
  await emit({ type: 'stage.started', ...subjectOf(stored, job), data: { stage, node: job?.node ?? null } });
  return true;
}

async function completeStage({ db, emit }: WriteContext, { stored, job }: Step, stage: Stage): Promise<boolean> {
  const times = { started_at: job?.started_at ?? Date.now(), completed_at: job?.ended_at ?? Date.now() };
  const guard = { workflowId: stored.workflow.id, stage, from: ['running'] as const };
  if (!(await transitionStage(db, guard, { state: 'completed', error_message: null, ...times }))) return false;
  const seconds = (times.completed_at - times.started_at) / 1000;
  await emit({ type: 'stage.completed', ...subjectOf(stored, job), data: { stage, seconds, result: summarize(findRow(stored, stage)) } });
  return true;
}

async function failStage(context: WriteContext, { stored, job }: Step, decision: Extract<Decision, { kind: 'fail' }>): Promise<boolean> {
  const { db, emit } = context;
  const { workflow } = stored;
  const { stage, state, reason } = decision;
  if (job !== undefined && !jobHasEnded(job) && !(await cancelWaiting(context, job.id, reason))) return false;
  const failures = state === 'failed' ? 1 : 0;
  const changes = {
    state,
    error_message: reason,
    completed_at: job?.ended_at ?? Date.now(),
    retry_count: findRow(stored, stage).retry_count + failures,
  };
  if (!(await transitionStage(db, { workflowId: workflow.id, stage, from: ['pending', 'running'] }, changes))) return false;
  const message = `${stage}: ${reason}`;
  await transitionWorkflow(
    db,
    { id: workflow.id, from: ['pending', 'running'] },
    { state, error_message: message, completed_at: Date.now() },
  );
  const subject = subjectOf(stored, job);
  if (state === 'failed') await emit({ type: 'stage.failed', ...subject, data: { stage, message: reason } });
  await emit({ type: `workflow.${state}`, ...subject, data: { stage, message } });
  return true;
}

async function finishWorkflow({ db, emit }: WriteContext, { workflow }: StoredWorkflow): Promise<boolean> {
  const changes = { state: 'completed' as const, completed_at: Date.now(), error_message: null };
  if (!(await transitionWorkflow(db, { id: workflow.id, from: ['pending', 'running'] }, changes))) return false;
  await emit({ type: 'workflow.completed', workflowId: workflow.id, owner: workflow.user, data: { result_table: workflow.hive_table } });
  return true;
}

function subjectOf({ workflow }: StoredWorkflow, job: JobRow | undefined) {
  return { jobId: job?.id ?? null, workflowId: workflow.id, node: job?.node ?? null, owner: workflow.user };
}

function findRow({ stages }: StoredWorkflow, name: Stage): StageRow {
  const row = stages.find((stage) => stage.name === name);
  if (row === undefined) throw new Error(`the store has no row for stage ${name}`);
  return row;
}

/** The scalar figures of a result: what an event may carry. */
function summarize(row: StageRow): Record<string, unknown> {
  const result: unknown = row.result === null ? {} : JSON.parse(row.result);
  if (typeof result !== 'object' || result === null) return {};
  return Object.fromEntries(Object.entries(result).filter(([name, value]) => typeof value !== 'object' || name === 'rows'));
}
