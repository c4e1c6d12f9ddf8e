import type { InferSpec } from '@weir/contract';
import type { StageConfig } from '../config.ts';
import { datasetPaths, type DatasetPaths } from '../dataset-paths.ts';
import type { EngineRun } from '../engine/run-engine.ts';
import { mergeConfig } from '../experiments/merge.ts';
import { ROW_GROUP_ROWS } from '../warehouses/parquet-export.ts';

export interface InferPlan {
  readonly paths: DatasetPaths;
  readonly engine: EngineRun;
  readonly rows: number;
}

/** Says what infer is to do; pure. */
export function planInfer(stage: StageConfig, spec: InferSpec): InferPlan {
  const paths = datasetPaths(stage.home, spec.datasetId);
  const config = mergeConfig({ spec, paths });
  const engine: EngineRun = {
    command: 'predict',
    datasetDir: paths.root,
    specDir: paths.config,
    spec: {
      dataset_dir: spec.dataFetch.processedDir,
      model_dir: spec.train.modelDir,
      model: config.model,
      model_id: spec.train.modelId,
      params: config.params,
      input_dir: spec.dataFetch.rawInferDir,
      output_dir: paths.inferenceOutput,
      // Parts start where the row groups of the input do.
      part_rows: ROW_GROUP_ROWS,
      gpu: stage.hasGpu ? 0 : -1,
      ...(stage.fuxictrRoot === undefined ? {} : { fuxictr_root: stage.fuxictrRoot }),
    },
  };
  return { paths, engine, rows: spec.dataFetch.rows.infer };
}
