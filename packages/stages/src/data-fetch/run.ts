import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import type { DataFetchResult, DataFetchSpec, JsonObject } from '@weir/contract';
import { isMissing } from '@weir/runtime';
import type { DatasetPaths } from '../dataset-paths.ts';
import type { BuildResult } from '../engine/engine-results.ts';
import { toStageError } from '../errors.ts';
import type { Detection } from '../features/detect.ts';
import type { EventWriter } from '../process/event-writer.ts';
import type { StageContext } from '../process/stage-context.ts';
import { buildDataset } from './build-dataset.ts';
import { fetchRaw, type RawData } from './fetch-raw.ts';
import { planDataFetch, type DataFetchPlan } from './plan.ts';
import { verifyDataset } from './verify.ts';

/** data_fetch: runs both queries into Parquet, finds the features, checks the labels, builds the FuxiCTR dataset. */
export async function runDataFetch(context: StageContext, spec: DataFetchSpec): Promise<JsonObject> {
  const plan = planDataFetch(context.config, spec);
  try {
    const raw = await fetchRaw(context, plan);
    logDetection(context.events, raw.sample.detection);
    const built = await buildDataset(context, plan, raw);
    verifyDataset(plan, raw, built);
    context.events.checkpoint({ sample_sql_executed: true, infer_sql_executed: true, dataset_processed: true, dataset_id: spec.datasetId });
    return describeResult(plan, raw, built);
  } catch (error) {
    // The queries of a workflow never change, so what a refused input left cannot be of use.
    if (toStageError(error).fault === 'user') removeDataset(plan.paths);
    throw error;
  } finally {
    rmSync(plan.paths.scratch, { recursive: true, force: true });
    removeIfEmpty(plan.paths.root);
  }
}

function describeResult(plan: DataFetchPlan, raw: RawData, built: BuildResult): DataFetchResult {
  const { detection } = raw.sample;
  const vocabSizes = new Map(built.features.map((feature) => [feature.name, feature.vocab_size]));
  return {
    datasetDir: plan.paths.root,
    rawTrainDir: plan.paths.rawTrain,
    rawInferDir: plan.paths.rawInfer,
    processedDir: plan.paths.processed,
    rows: { sample: raw.sample.rows, infer: raw.infer.rows, ...built.rows },
    bytes: { sample: raw.sample.bytes, infer: raw.infer.bytes },
    labels: detection.labels.map(({ name, positives, rate }) => ({ name, positives, rate })),
    features: detection.features.map((feature) => ({ ...feature, vocabSize: vocabSizes.get(feature.name) ?? null })),
    excluded: [...detection.excluded],
    featureCols: [...detection.featureCols],
    labelCols: [...detection.labelCols],
  };
}

function logDetection(events: EventWriter, detection: Detection): void {
  for (const feature of detection.features)
    events.log(`Feature ${feature.name}: ${feature.type} (${feature.rule}), ${feature.physicalType}`);
  for (const { name, why } of detection.excluded) events.log(`Not a feature: ${name} (${why})`);
  for (const label of detection.labels) events.log(`Label ${label.name}: ${label.positives} positives, rate ${label.rate.toFixed(4)}`);
}

function removeDataset(paths: DatasetPaths): void {
  for (const directory of [paths.raw, paths.processedRoot, paths.scratch, paths.config])
    rmSync(directory, { recursive: true, force: true });
}

function removeIfEmpty(directory: string): void {
  try {
    if (readdirSync(directory).length === 0) rmdirSync(directory);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
