import type { TrainSpec } from '@weir/contract';
import type { StageConfig } from '../config.ts';
import { datasetPaths, type DatasetPaths } from '../dataset-paths.ts';
import type { EngineRun } from '../engine/run-engine.ts';
import { mergeConfig, type MergedConfig } from '../experiments/merge.ts';

export interface TrainPlan {
  readonly paths: DatasetPaths;
  readonly config: MergedConfig;
  readonly engine: EngineRun;
  /** Last epoch that an earlier attempt finished; undefined for a fresh start. */
  readonly finishedEpoch: number | undefined;
}

/** Says what train is to do; pure. */
export function planTrain(stage: StageConfig, spec: TrainSpec): TrainPlan {
  const paths = datasetPaths(stage.home, spec.datasetId);
  const config = mergeConfig({ spec, paths });
  const engine: EngineRun = {
    command: 'train',
    datasetDir: paths.root,
    specDir: paths.config,
    spec: {
      dataset_dir: spec.dataFetch.processedDir,
      output_dir: paths.model,
      model: config.model,
      model_id: config.modelId,
      params: config.params,
      gpu: stage.hasGpu ? 0 : -1,
      ...(stage.fuxictrRoot === undefined ? {} : { fuxictr_root: stage.fuxictrRoot }),
    },
  };
  const epoch = spec.checkpoint?.['epoch'];
  return { paths, config, engine, finishedEpoch: typeof epoch === 'number' ? epoch : undefined };
}
