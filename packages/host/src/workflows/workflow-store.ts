import type { Insertable, UpdateObject } from 'kysely';
import { STAGES, type Stage, type WorkflowState } from '@weir/contract';
import type { Queries } from '../store/store.ts';
import type { Database, JobRow, StageRow, WorkflowReportTable, WorkflowRow, WorkflowTable } from '../store/schema.ts';

/** A workflow with its five stages in order. */
export interface StoredWorkflow {
  readonly workflow: WorkflowRow;
  readonly stages: readonly StageRow[];
}

export interface WorkflowFilter {
  readonly user?: string | undefined;
  readonly state?: WorkflowState | undefined;
  readonly limit: number;
}

/** Stores a workflow with its five pending stages. */
export async function insertWorkflow(db: Queries, workflow: Insertable<WorkflowTable>): Promise<StoredWorkflow> {
  const row = await db.insertInto('workflows').values(workflow).returningAll().executeTakeFirstOrThrow();
  const stages = await db
    .insertInto('workflow_stages')
    .values(STAGES.map((name, position) => ({ workflow_id: row.id, name, position, state: 'pending' as const, retry_count: 0 })))
    .returningAll()
    .execute();
  return { workflow: row, stages };
}

export async function findWorkflow(db: Queries, id: number): Promise<StoredWorkflow | undefined> {
  const workflow = await db.selectFrom('workflows').selectAll().where('id', '=', id).executeTakeFirst();
  if (workflow === undefined) return undefined;
  const stages = await db.selectFrom('workflow_stages').selectAll().where('workflow_id', '=', id).orderBy('position').execute();
  return { workflow, stages };
}

/** Workflows, newest first. */
export async function listWorkflows(db: Queries, filter: WorkflowFilter): Promise<StoredWorkflow[]> {
  let query = db.selectFrom('workflows').select('id').orderBy('id', 'desc').limit(filter.limit);
  if (filter.user !== undefined) query = query.where('user', '=', filter.user);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  return loadAll(db, await query.execute());
}

/** Ids of the workflows that the engine must look at. */
export async function listActiveWorkflows(db: Queries): Promise<number[]> {
  const rows = await db.selectFrom('workflows').select('id').where('state', 'in', ['pending', 'running']).orderBy('id').execute();
  return rows.map(({ id }) => id);
}

async function loadAll(db: Queries, ids: readonly { id: number }[]): Promise<StoredWorkflow[]> {
  const found = await Promise.all(ids.map(({ id }) => findWorkflow(db, id)));
  return found.filter((workflow) => workflow !== undefined);
}

/** True when a workflow with that dataset id exists. */
export async function datasetIdIsTaken(db: Queries, datasetId: string): Promise<boolean> {
  return (await db.selectFrom('workflows').select('id').where('dataset_id', '=', datasetId).executeTakeFirst()) !== undefined;
}

/** Changes a workflow that is still in one of the states `from`; tells whether it did. */
export async function transitionWorkflow(
  db: Queries,
  guard: { readonly id: number; readonly from: readonly WorkflowState[] },
  changes: UpdateObject<Database, 'workflows'>,
): Promise<boolean> {
  const result = await db
    .updateTable('workflows')
    .set(changes)
    .where('id', '=', guard.id)
    .where('state', 'in', guard.from)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Changes a stage that is still in one of the states `from`; tells whether it did. */
export async function transitionStage(
  db: Queries,
  guard: { readonly workflowId: number; readonly stage: Stage; readonly from: readonly WorkflowState[] },
  changes: UpdateObject<Database, 'workflow_stages'>,
): Promise<boolean> {
  const result = await db
    .updateTable('workflow_stages')
    .set(changes)
    .where('workflow_id', '=', guard.workflowId)
    .where('name', '=', guard.stage)
    .where('state', 'in', guard.from)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Stores what a stage's running job said; nothing when another job runs the stage now. */
export async function updateStageOfJob(db: Queries, jobId: number, changes: UpdateObject<Database, 'workflow_stages'>): Promise<void> {
  await db.updateTable('workflow_stages').set(changes).where('job_id', '=', jobId).where('state', '=', 'running').execute();
}

/** The last checkpoint that a stage's running job stored, as JSON text; null when there is none. */
export async function findCheckpointOfJob(db: Queries, jobId: number): Promise<string | null> {
  const row = await db
    .selectFrom('workflow_stages')
    .select('checkpoint')
    .where('job_id', '=', jobId)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return row?.checkpoint ?? null;
}

/** Stores a workflow's report in place of an older one. */
export async function upsertReport(db: Queries, report: Insertable<WorkflowReportTable>): Promise<void> {
  const { html, json } = report;
  await db
    .insertInto('workflow_reports')
    .values(report)
    .onConflict((conflict) => conflict.column('workflow_id').doUpdateSet({ html, json }))
    .execute();
}

export async function findReport(db: Queries, workflowId: number): Promise<{ html: string; json: string } | undefined> {
  return db.selectFrom('workflow_reports').select(['html', 'json']).where('workflow_id', '=', workflowId).executeTakeFirst();
}

/** Known nodes on which a stage of the workflow ever ran, by name: each may have files of it. */
export async function listNodesWithFiles(db: Queries, workflowId: number): Promise<string[]> {
  const rows = await db
    .selectFrom('jobs')
    .innerJoin('resource_allocations as held', 'held.job_id', 'jobs.id')
    .innerJoin('nodes', 'nodes.name', 'held.node_name')
    .where('jobs.workflow_id', '=', workflowId)
    .select('nodes.name')
    .distinct()
    .orderBy('nodes.name')
    .execute();
  return rows.map(({ name }) => name);
}

/** The jobs that wait to remove files of deleted workflows, in the order of their ids. */
export async function listWaitingRemovals(db: Queries): Promise<Pick<JobRow, 'id' | 'request'>[]> {
  return db
    .selectFrom('jobs')
    .select(['id', 'request'])
    .where('state', '=', 'pending')
    .where('kind', '=', 'stage')
    .where('workflow_id', 'is', null)
    .where('program', 'like', '%"program":"dataset_delete"%')
    .orderBy('id')
    .execute();
}

/** Deletes a workflow that is in one of the states `from`, with its stages, report and events; tells whether it did. */
export async function deleteWorkflow(
  db: Queries,
  guard: { readonly id: number; readonly from: readonly WorkflowState[] },
): Promise<boolean> {
  const { id, from } = guard;
  const result = await db.deleteFrom('workflows').where('id', '=', id).where('state', 'in', from).executeTakeFirst();
  if (result.numDeletedRows === 0n) return false;
  await db.deleteFrom('events').where('workflow_id', '=', id).execute();
  return true;
}
