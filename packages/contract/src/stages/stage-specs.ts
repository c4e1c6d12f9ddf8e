import { Type, type Static } from 'typebox';
import { JsonObject } from '../ids.ts';
import { STAGES } from '../workflows/workflow-states.ts';
import { DataFetchResult, InferResult, TrainResult, TransportResult } from './stage-results.ts';

/** Programs of the stages package: the five stages, a query of a warehouse, and the removal of a deleted workflow's files. */
export const STAGE_PROGRAMS = [...STAGES, 'warehouse_query', 'dataset_delete'] as const;
export const StageProgram = Type.Enum([...STAGE_PROGRAMS]);
export type StageProgram = Static<typeof StageProgram>;

/** Where SQL runs and results land. `path` of a duckdb warehouse is relative to the node's Weir home. */
export const WarehouseConfig = Type.Object({ name: Type.String(), kind: Type.Literal('duckdb'), path: Type.String() });
export type WarehouseConfig = Static<typeof WarehouseConfig>;

/** An experiment as it stood when the workflow was submitted: files may change afterwards, the run does not. */
export const Experiment = Type.Object({
  model: Type.String(),
  experimentId: Type.String(),
  /** Which search place it came from, for people. */
  source: Type.String(),
  /** `{...Base, ...experiment}` of model_config.yaml, plain JSON. */
  params: JsonObject,
  /** The entry of dataset_config.yaml that `params.dataset_id` names; `{}` when there is none. */
  dataset: JsonObject,
});
export type Experiment = Static<typeof Experiment>;

const base = {
  workflowId: Type.Integer(),
  workflowName: Type.String(),
  user: Type.String(),
  /** `{experiment_id}.{YYYYmmdd_HHMMSS}`, unique; directories are named by it. */
  datasetId: Type.String(),
  experiment: Experiment,
  warehouse: WarehouseConfig,
  /** The last checkpoint event of an earlier attempt of this stage. */
  checkpoint: Type.Union([JsonObject, Type.Null()]),
};

export const DataFetchSpec = Type.Object({ ...base, sampleSql: Type.String(), inferSql: Type.String() });
export type DataFetchSpec = Static<typeof DataFetchSpec>;

export const TrainSpec = Type.Object({
  ...base,
  dataFetch: DataFetchResult,
  /** Values of the submit that win over the experiment's. */
  overrides: Type.Object({ batchSize: Type.Optional(Type.Integer()), epochs: Type.Optional(Type.Integer()) }),
});
export type TrainSpec = Static<typeof TrainSpec>;

export const InferSpec = Type.Object({ ...base, dataFetch: DataFetchResult, train: TrainResult });
export type InferSpec = Static<typeof InferSpec>;

export const TransportSpec = Type.Object({
  ...base,
  infer: InferResult,
  /** Result table, named like the Hive table. */
  table: Type.String(),
  hdfsPath: Type.String(),
});
export type TransportSpec = Static<typeof TransportSpec>;

export const MonitorSpec = Type.Object({
  ...base,
  sampleSql: Type.String(),
  inferSql: Type.String(),
  createdAt: Type.String(),
  stages: Type.Array(
    Type.Object({
      name: Type.String(),
      startedAt: Type.String(),
      completedAt: Type.String(),
      jobId: Type.Integer(),
      retries: Type.Integer(),
    }),
  ),
  dataFetch: DataFetchResult,
  train: TrainResult,
  infer: InferResult,
  transport: TransportResult,
});
export type MonitorSpec = Static<typeof MonitorSpec>;

export const WarehouseQuerySpec = Type.Object({
  warehouse: WarehouseConfig,
  sql: Type.String(),
  format: Type.Union([Type.Literal('table'), Type.Literal('csv'), Type.Literal('json')]),
  /** Rows shown by `table`; the other formats write all. */
  maxRows: Type.Integer(),
});
export type WarehouseQuerySpec = Static<typeof WarehouseQuerySpec>;

/** Deletes the folder of a dataset; does nothing when there is none. */
export const DatasetDeleteSpec = Type.Object({ datasetId: Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,150}$' }) });
export type DatasetDeleteSpec = Static<typeof DatasetDeleteSpec>;
