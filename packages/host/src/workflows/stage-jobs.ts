import { STAGES, type Experiment, type JsonObject, type Program, type Stage, type WarehouseConfig } from '@weir/contract';
import { makeJobRow } from '../jobs/new-job.ts';
import { parseObject, parseStored } from '../store/parse-json.ts';
import type { NewJob, StageRow, WorkflowRow } from '../store/schema.ts';
import { toIso } from '../store/time.ts';
import type { StoredWorkflow } from './workflow-store.ts';

/** What a submit may ask for beside the experiment. */
export interface SubmittedConfig {
  readonly gpu_count?: number;
  readonly batch_size?: number;
  readonly epochs?: number;
}

/** What the fleet has, as far as stage jobs care. */
export interface Largest {
  readonly cpus: number;
  readonly hasGpu: boolean;
}

/** CPUs that a stage can make use of; it gets fewer on a smaller node. */
const WANTED_CPUS: Record<Stage, number> = { data_fetch: 4, train: 8, infer: 8, transport: 2, monitor: 1 };
const USES_GPU: Record<Stage, boolean> = { data_fetch: false, train: true, infer: true, transport: false, monitor: false };

export interface StageParts {
  readonly largest: Largest;
  readonly warehouse: WarehouseConfig;
  /** The node that has what the stages before left; undefined = any will do. */
  readonly node: string | undefined;
}

/** Makes the job that runs a stage. It is queued again when its node is lost: stages are idempotent. */
export function makeStageJob(stored: StoredWorkflow, stage: Stage, parts: StageParts): NewJob {
  const { workflow } = stored;
  const program: Program = { kind: 'stage', program: stage, spec: makeSpec(stored, stage, parts.warehouse) };
  return makeJobRow({
    kind: 'stage',
    name: `${workflow.name}/${stage}`.slice(0, 255),
    user: workflow.user,
    program,
    cpus: Math.max(1, Math.min(WANTED_CPUS[stage], parts.largest.cpus)),
    gpus: USES_GPU[stage] ? countGpus(workflow, parts.largest) : 0,
    requeue: true,
    workflow: { id: workflow.id, stage },
    ...(parts.node === undefined ? {} : { node: parts.node }),
  });
}

function countGpus(workflow: WorkflowRow, largest: Largest): number {
  const asked = parseStored<SubmittedConfig>(workflow.config).gpu_count;
  return largest.hasGpu ? Math.min(asked ?? 1, 1) : 0;
}

/** The spec of a stage by the contract: what was submitted plus what the stages before it left. */
function makeSpec(stored: StoredWorkflow, stage: Stage, warehouse: WarehouseConfig): JsonObject {
  const { workflow, stages } = stored;
  const row = findStage(stages, stage);
  const base = {
    workflowId: workflow.id,
    workflowName: workflow.name,
    user: workflow.user,
    datasetId: workflow.dataset_id,
    experiment: parseStored<Experiment>(workflow.experiment),
    warehouse,
    checkpoint: row.checkpoint === null ? null : parseObject(row.checkpoint),
  };
  const sql = { sampleSql: workflow.sample_sql, inferSql: workflow.infer_sql };
  const results = { dataFetch: resultOf(stages, 'data_fetch'), train: resultOf(stages, 'train'), infer: resultOf(stages, 'infer') };
  switch (stage) {
    case 'data_fetch':
      return { ...base, ...sql };
    case 'train': {
      const config = parseStored<SubmittedConfig>(workflow.config);
      const overrides = {
        ...(config.batch_size === undefined ? {} : { batchSize: config.batch_size }),
        ...(config.epochs === undefined ? {} : { epochs: config.epochs }),
      };
      return { ...base, dataFetch: results.dataFetch, overrides };
    }
    case 'infer':
      return { ...base, dataFetch: results.dataFetch, train: results.train };
    case 'transport':
      return { ...base, infer: results.infer, table: workflow.hive_table, hdfsPath: workflow.hdfs_path };
    case 'monitor':
      return {
        ...base,
        ...sql,
        ...results,
        transport: resultOf(stages, 'transport'),
        createdAt: toIso(workflow.created_at),
        stages: STAGES.slice(0, -1).map((name) => describeStage(findStage(stages, name))),
      };
  }
}

function describeStage(row: StageRow) {
  return {
    name: row.name,
    startedAt: toIso(row.started_at ?? 0),
    completedAt: toIso(row.completed_at ?? 0),
    jobId: row.job_id ?? 0,
    retries: row.retry_count,
  };
}

function resultOf(stages: readonly StageRow[], stage: Stage): JsonObject | null {
  const { result } = findStage(stages, stage);
  return result === null ? null : parseObject(result);
}

function findStage(stages: readonly StageRow[], stage: Stage): StageRow {
  const row = stages.find((candidate) => candidate.name === stage);
  if (row === undefined) throw new Error(`the store has no row for stage ${stage}`);
  return row;
}
