import {
  AppError,
  STAGES,
  WORKFLOW_STATES,
  workflowCan,
  workflowHasEnded,
  type Stage,
  type Workflow,
  type WorkflowCreate,
} from '@weir/contract';
import type { EventHub } from '../events/event-hub.ts';
import type { RequestKey } from '../idempotency/request-key.ts';
import { writeOnce, type CheckedWork } from '../idempotency/write-once.ts';
import type { Identity } from '../identity/identity-service.ts';
import { cancelJob } from '../jobs/job-cancel.ts';
import { mayAct } from '../jobs/job-service.ts';
import { insertJob } from '../jobs/job-store.ts';
import type { PolicyCache } from '../jobs/submit/policy-cache.ts';
import type { Store } from '../store/store.ts';
import type { WarehouseRegistry } from '../warehouses/warehouse-registry.ts';
import type { ModelPlaces } from './experiments/model-zoo.ts';
import { resolveExperiment } from './experiments/resolve-experiment.ts';
import { findPresentNode } from './files-node.ts';
import { makeWorkflowRow } from './new-workflow.ts';
import { makeRemoval } from './removal-jobs.ts';
import { checkWorkflowFits } from './workflow-limits.ts';
import {
  datasetIdIsTaken,
  deleteWorkflow,
  findReport,
  findWorkflow,
  insertWorkflow,
  listNodesWithFiles,
  listWorkflows,
  transitionStage,
  transitionWorkflow,
  type StoredWorkflow,
  type WorkflowFilter,
} from './workflow-store.ts';
import { toWorkflow } from './workflow-view.ts';

export interface WorkflowServiceParts {
  readonly store: Store;
  readonly hub: EventHub;
  readonly policy: PolicyCache;
  readonly warehouses: WarehouseRegistry;
  readonly places: ModelPlaces;
  /** The local node of a host that is alone with its store; undefined = hosts share it. */
  readonly homeNode: string | undefined;
  /** Lets the engine look again. */
  readonly wake: () => void;
}

/** What users do with workflows. */
export class WorkflowService {
  readonly #parts: WorkflowServiceParts;

  constructor(parts: WorkflowServiceParts) {
    this.#parts = parts;
  }

  /**
   * Checks and stores a workflow with a snapshot of its experiment; throws a refusal that names field and value. A request with a key is
   * done once, however often it is sent.
   */
  async submit(identity: Identity, create: WorkflowCreate, key?: RequestKey): Promise<Workflow> {
    const workflow = await writeOnce(this.#parts.store, key, () => this.#checkWorkflow(identity, create));
    this.#parts.wake();
    return workflow;
  }

  /** The workflow, if it exists and the asker may see it; throws `workflow_not_found`. */
  async find(identity: Identity, id: number): Promise<StoredWorkflow> {
    const stored = await findWorkflow(this.#parts.store.read, id);
    if (stored === undefined || !mayAct(identity, stored.workflow))
      throw new AppError('workflow_not_found', 'Task not found', { field: 'task_id', value: id });
    return stored;
  }

  /** Whether the workflow has not been deleted. */
  async exists(id: number): Promise<boolean> {
    return (await findWorkflow(this.#parts.store.read, id)) !== undefined;
  }

  /** As `find`; with `waitMs`, when it has ended or the time is over. */
  async waitForEnd(identity: Identity, id: number, wait: { ms: number; signal: AbortSignal }): Promise<StoredWorkflow> {
    await this.#parts.hub.lookUntil({
      look: async () => ((stored) => (workflowHasEnded(stored.workflow) ? stored : undefined))(await this.find(identity, id)),
      concerns: (event) => event.workflow_id === id && event.type.startsWith('workflow.'),
      waitMs: wait.ms,
      signal: wait.signal,
    });
    return this.find(identity, id);
  }

  async list(identity: Identity, filter: WorkflowFilter): Promise<StoredWorkflow[]> {
    if (identity.role !== 'admin' && filter.user !== undefined && filter.user !== identity.user) return [];
    return listWorkflows(this.#parts.store.read, { ...filter, user: identity.role === 'admin' ? filter.user : identity.user });
  }

  /** The report; throws `report_not_ready` before the monitor stage has written one. */
  async report(identity: Identity, id: number): Promise<{ html: string; json: string }> {
    const { workflow } = await this.find(identity, id);
    const report = await findReport(this.#parts.store.read, id);
    if (report === undefined) {
      throw new AppError('report_not_ready', `workflow ${id} is ${workflow.state} and has no report yet: the monitor stage writes it`, {
        field: 'task_id',
        value: id,
      });
    }
    return report;
  }

  /** Goes on with a failed or cancelled workflow: from its first stage that is not completed, or again from `step`. */
  async retry(identity: Identity, id: number, step: Stage | undefined): Promise<void> {
    const { workflow, stages } = await this.find(identity, id);
    if (!workflowCan.retry(workflow)) {
      throw new AppError('state_conflict', `Can only retry failed or cancelled tasks, current status: ${workflow.state}`, {
        field: 'status',
        value: workflow.state,
      });
    }
    const first = stages.findIndex((stage) => stage.state !== 'completed');
    const from = step === undefined ? first : STAGES.indexOf(step);
    if (from > first) {
      throw new AppError(
        'state_conflict',
        `stage ${String(step)} cannot run before ${stages[first]?.name ?? ''}, which is ${stages[first]?.state ?? ''}`,
        {
          field: 'step',
          value: step,
        },
      );
    }
    const limits = await this.#parts.policy.limits();
    await this.#parts.store.write(async ({ db, emit, audit }) => {
      await checkWorkflowFits(db, limits, workflow.user);
      const reset = { state: 'pending' as const, cancel_requested: 0, error_message: null, completed_at: null };
      if (!(await transitionWorkflow(db, { id, from: ['failed', 'cancelled'] }, reset))) throw changed(id);
      // What a stage has done counts again only where its input is the same: not after an earlier stage runs anew.
      const restart = from < first ? { checkpoint: null, result: null } : {};
      for (const stage of STAGES.slice(from)) {
        const changes = { state: 'pending' as const, error_message: null, started_at: null, completed_at: null, ...restart };
        await transitionStage(db, { workflowId: id, stage, from: ['failed', 'cancelled', 'completed', 'running'] }, changes);
      }
      await emit({
        type: 'workflow.retried',
        workflowId: id,
        owner: workflow.user,
        data: { stage: STAGES[from] ?? null, by: identity.user },
      });
      await audit({ actor: identity.user, action: 'workflow.retry', subject: `workflow:${id}`, detail: { stage: STAGES[from] ?? null } });
    });
    this.#parts.wake();
  }

  /** Asks for the end of a workflow; its running stage is stopped. Does nothing to one that has ended. */
  async cancel(identity: Identity, id: number): Promise<void> {
    await this.find(identity, id);
    await this.#parts.store.write(async (context) => {
      if (!(await transitionWorkflow(context.db, { id, from: ['pending', 'running'] }, { cancel_requested: 1 }))) return;
      await context.audit({ actor: identity.user, action: 'workflow.cancel', subject: `workflow:${id}` });
      const current = await findWorkflow(context.db, id);
      const jobId = current?.stages.find((stage) => stage.state === 'running')?.job_id;
      if (jobId !== undefined && jobId !== null) await cancelJob(context, { id: jobId, actor: identity.user });
    });
    this.#parts.wake();
  }

  /** Forgets an ended workflow and queues the removal of its files on each known node that may have some; the result table stays. */
  async delete(identity: Identity, id: number): Promise<void> {
    const { workflow } = await this.find(identity, id);
    if (!workflowCan.delete(workflow)) {
      throw new AppError('state_conflict', `workflow ${id} is ${workflow.state}: cancel it first`, {
        field: 'status',
        value: workflow.state,
      });
    }
    await this.#parts.store.write(async ({ db, emit, audit }) => {
      if (!(await deleteWorkflow(db, { id, from: WORKFLOW_STATES.filter((state) => workflowCan.delete({ state })) }))) throw changed(id);
      const nodes = new Set<string>();
      for (const node of await listNodesWithFiles(db, id)) nodes.add((await findPresentNode(db, node, this.#parts.homeNode)).name);
      for (const node of nodes) {
        const job = await insertJob(db, makeRemoval(workflow, node));
        await emit({ type: 'job.submitted', jobId: job.id, owner: job.user, data: { name: job.name, kind: job.kind } }, job);
      }
      await emit({ type: 'workflow.deleted', owner: workflow.user, data: { workflow_id: id } });
      await audit({ actor: identity.user, action: 'workflow.delete', subject: `workflow:${id}`, detail: { name: workflow.name } });
    });
  }

  async #checkWorkflow(identity: Identity, create: WorkflowCreate): Promise<CheckedWork<StoredWorkflow, Workflow>> {
    if (!mayAct(identity, create))
      throw new AppError('forbidden', `you may not submit for user "${create.user}"`, { field: 'user', value: create.user });
    const warehouse = this.#parts.warehouses.require(create.warehouse ?? 'local').name;
    const experiment = await resolveExperiment(this.#parts.places, create);
    const limits = await this.#parts.policy.limits();
    return {
      write: async ({ db, emit, audit }) => {
        await checkWorkflowFits(db, limits, create.user);
        const taken = (datasetId: string) => datasetIdIsTaken(db, datasetId);
        const stored = await insertWorkflow(db, await makeWorkflowRow(create, { experiment, warehouse, taken }));
        const { id, user, name } = stored.workflow;
        await emit({
          type: 'workflow.created',
          workflowId: id,
          owner: user,
          data: { name, model: create.model, experiment_id: create.experiment_id },
        });
        await audit({ actor: identity.user, action: 'workflow.submit', subject: `workflow:${id}`, detail: { name } });
        return stored;
      },
      answer: toWorkflow,
    };
  }
}

function changed(id: number): AppError {
  return new AppError('state_conflict', `workflow ${id} has changed meanwhile: look at it again`, { field: 'task_id', value: id });
}
