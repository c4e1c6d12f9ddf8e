import type { DataFetchResult, Experiment, JsonObject, TrainSpec } from '@weir/contract';
import type { DatasetPaths } from '../dataset-paths.ts';

/** An experiment made ready for one workflow, in the two halves of FuxiCTR's configuration files. */
export interface MergedConfig {
  /** Name of the model's class: the last component of the experiment's model path. */
  readonly model: string;
  /** FuxiCTR's experiment id of this run; names its model file. */
  readonly modelId: string;
  readonly modelParams: JsonObject;
  readonly datasetParams: JsonObject;
  /** Both together, as FuxiCTR's `load_config` would merge them. */
  readonly params: JsonObject;
}

interface MergeInput {
  readonly spec: Pick<TrainSpec, 'workflowId' | 'datasetId' | 'experiment' | 'dataFetch'> & Partial<Pick<TrainSpec, 'overrides'>>;
  readonly paths: DatasetPaths;
}

/** Merges an experiment with a workflow's data: only data paths, features, labels, ids and roots are replaced, and what the submit overrides. */
export function mergeConfig({ spec, paths }: MergeInput): MergedConfig {
  const { experiment, datasetId, workflowId, dataFetch } = spec;
  const model = modelName(experiment);
  const modelId = `${experiment.experimentId}_task${workflowId}`;
  const overrides = {
    ...(spec.overrides?.batchSize === undefined ? {} : { batch_size: spec.overrides.batchSize }),
    ...(spec.overrides?.epochs === undefined ? {} : { epochs: spec.overrides.epochs }),
  };
  const generated = { _workflow_generated: true, _workflow_task_id: workflowId };
  const modelParams = { ...experiment.params, ...overrides, model, dataset_id: datasetId, model_root: paths.model, ...generated };
  const datasetParams = { ...experiment.dataset, ...dataKeys(dataFetch, paths) };
  return { model, modelId, modelParams, datasetParams, params: { ...modelParams, ...datasetParams, model_id: modelId } };
}

function modelName(experiment: Experiment): string {
  const named = experiment.params['model'];
  const path = typeof named === 'string' && named !== '' ? named : experiment.model;
  return path.split('/').at(-1) ?? path;
}

function dataKeys(dataFetch: DataFetchResult, paths: DatasetPaths): JsonObject {
  const files = (split: string): string => `${dataFetch.processedDir}/${split}`;
  return {
    data_root: paths.processedRoot,
    data_format: 'parquet',
    train_data: files('train'),
    valid_data: files('valid'),
    test_data: dataFetch.rows.test > 0 ? files('test') : null,
    feature_cols: dataFetch.featureCols,
    label_col: dataFetch.labelCols.length === 1 ? dataFetch.labelCols[0] : dataFetch.labelCols,
  };
}
