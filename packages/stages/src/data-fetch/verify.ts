import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildResult } from '../engine/engine-results.ts';
import { StageError } from '../errors.ts';
import type { RawData } from './fetch-raw.ts';
import type { DataFetchPlan } from './plan.ts';

const DATASET_FILES = ['feature_map.json', 'feature_vocab.json', 'feature_processor.pkl'];

/** Checks that the dataset is whole: its files are there, and every row of the sample is in exactly one split. Throws `engine_failed`. */
export function verifyDataset(plan: DataFetchPlan, raw: RawData, built: BuildResult): void {
  const missing = DATASET_FILES.find((file) => !existsSync(join(plan.paths.processed, file)));
  if (missing !== undefined) throw broken(`${missing} is missing in ${plan.paths.processed}`);
  const { train, valid, test } = built.rows;
  if (train + valid + test !== raw.sample.rows) throw broken(`its splits hold ${train} + ${valid} + ${test} rows of ${raw.sample.rows}`);
}

function broken(what: string): StageError {
  return new StageError('engine_failed', `The dataset is not whole: ${what}. Retry the stage.`, { fault: 'system' });
}
