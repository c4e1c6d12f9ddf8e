import {
  DataFetchSpec,
  DatasetDeleteSpec,
  InferSpec,
  MonitorSpec,
  TrainSpec,
  TransportSpec,
  WarehouseQuerySpec,
  type JsonObject,
  type StageProgram,
} from '@weir/contract';
import type { Static, TSchema } from 'typebox';
import { parseAs } from './process/read-spec.ts';
import type { RunStage, StageContext } from './process/stage-context.ts';

/** Runs a program on a spec that is not checked yet. */
export type RunUnchecked = (context: StageContext, spec: unknown) => Promise<JsonObject | undefined>;

/** Every program of the package; code is loaded when it runs, so that a stage holds only what it needs in memory. */
export const PROGRAMS: Record<StageProgram, RunUnchecked> = {
  data_fetch: checked(DataFetchSpec, async () => (await import('./data-fetch/run.ts')).runDataFetch),
  train: checked(TrainSpec, async () => (await import('./train/run.ts')).runTrain),
  infer: checked(InferSpec, async () => (await import('./infer/run.ts')).runInfer),
  transport: checked(TransportSpec, async () => (await import('./transport/run.ts')).runTransport),
  monitor: checked(MonitorSpec, async () => (await import('./monitor/run.ts')).runMonitor),
  warehouse_query: checked(WarehouseQuerySpec, async () => (await import('./query/run.ts')).runWarehouseQuery),
  dataset_delete: checked(DatasetDeleteSpec, async () => (await import('./dataset-delete/run.ts')).runDatasetDelete),
};

function checked<Schema extends TSchema>(schema: Schema, load: () => Promise<RunStage<Static<Schema>>>): RunUnchecked {
  return async (context, spec) => {
    const parsed = parseAs(schema, spec, { name: 'The spec', code: 'invalid_spec' });
    return (await load())(context, parsed);
  };
}
