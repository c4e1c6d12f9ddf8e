import { BuildResult } from '../engine/engine-results.ts';
import { runEngine } from '../engine/run-engine.ts';
import { parseAs } from '../process/read-spec.ts';
import type { StageContext } from '../process/stage-context.ts';
import type { RawData } from './fetch-raw.ts';
import type { DataFetchPlan } from './plan.ts';

/** Builds the FuxiCTR dataset from the exported sample; an existing one of the same inputs is kept by the engine. */
export async function buildDataset(context: StageContext, plan: DataFetchPlan, raw: RawData): Promise<BuildResult> {
  const { detection } = raw.sample;
  const result = await runEngine(context, {
    command: 'build',
    datasetDir: plan.paths.root,
    specDir: plan.paths.config,
    spec: {
      train_dir: plan.paths.rawTrain,
      output_dir: plan.paths.processed,
      feature_cols: detection.featureCols,
      label_cols: detection.labelCols,
      split: { type: plan.split.type, valid: plan.split.valid, test: plan.split.test, seed: plan.split.seed },
      min_categr_count: plan.minCategoryCount,
      data_block_size: plan.dataBlockSize,
      memory_limit_mb: context.config.memoryMb,
      threads: context.config.cpus,
    },
  });
  return parseAs(BuildResult, result, { name: "The engine's build result", code: 'engine_failed' });
}
