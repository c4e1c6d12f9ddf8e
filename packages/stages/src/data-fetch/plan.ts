import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { DataFetchSpec, JsonObject } from '@weir/contract';
import type { StageConfig } from '../config.ts';
import { datasetPaths, type DatasetPaths } from '../dataset-paths.ts';
import { StageError } from '../errors.ts';
import { parseExplicitFeatures, parseExplicitLabels, type ExplicitFeature, type ExplicitLabel } from '../features/experiment-columns.ts';
import type { SqlSource } from '../warehouses/sql-error.ts';

/** Raised when the layout of the exported files changes, so that older exports are made anew. */
const EXPORT_VERSION = 1;
const DEFAULT_SEED = 2024;

export interface Split {
  readonly type: 'random' | 'sequential';
  readonly valid: number;
  readonly test: number;
  readonly seed: number;
}

export interface DataFetchPlan {
  readonly paths: DatasetPaths;
  /** Same for two runs that would export the same. */
  readonly fingerprint: string;
  readonly sample: SqlSource;
  readonly infer: SqlSource;
  readonly explicit: { readonly features: readonly ExplicitFeature[]; readonly labels: readonly ExplicitLabel[] };
  readonly split: Split;
  readonly minCategoryCount: number;
  readonly dataBlockSize: number;
  readonly warehousePath: string;
  /** Directories that SQL may read. */
  readonly roots: readonly string[];
}

/** Says what data_fetch is to do; pure. Throws StageError `invalid_config` or `invalid_spec`. */
export function planDataFetch(config: StageConfig, spec: DataFetchSpec): DataFetchPlan {
  const { dataset, params } = spec.experiment;
  const roots = readableRoots(config);
  const warehousePath = resolve(config.home, spec.warehouse.path);
  const identity = { version: EXPORT_VERSION, sample: spec.sampleSql, infer: spec.inferSql, dataset, warehousePath };
  return {
    paths: datasetPaths(config.home, spec.datasetId),
    fingerprint: createHash('sha256').update(JSON.stringify(identity)).digest('hex'),
    sample: { field: 'sample_sql', sql: spec.sampleSql, roots },
    infer: { field: 'infer_sql', sql: spec.inferSql, roots },
    explicit: { features: parseExplicitFeatures(dataset), labels: parseExplicitLabels(dataset) },
    split: planSplit(dataset, params),
    minCategoryCount: wholeNumber(dataset, 'min_categr_count', 1),
    dataBlockSize: wholeNumber(dataset, 'data_block_size', 0),
    warehousePath,
    roots,
  };
}

/** Directories that the SQL of users may read: the data roots and the datasets of this home. */
export function readableRoots(config: StageConfig): string[] {
  return [...config.dataRoots, join(config.home, 'datasets')];
}

function planSplit(dataset: JsonObject, params: JsonObject): Split {
  const type = dataset['split_type'] ?? 'random';
  if (type !== 'random' && type !== 'sequential') {
    throw new StageError('invalid_config', `split_type must be random or sequential, it is ${JSON.stringify(type)}.`, {
      field: 'split_type',
      value: type,
    });
  }
  const valid = fraction(dataset, 'valid_size');
  const test = fraction(dataset, 'test_size');
  if (valid === 0 || valid + test >= 1) {
    const message = `valid_size ${valid} and test_size ${test} leave nothing to train or to validate on; valid_size must be above 0 and their sum below 1.`;
    throw new StageError('invalid_config', message, { field: 'valid_size', value: valid });
  }
  const seed = params['seed'];
  return { type, valid, test, seed: typeof seed === 'number' && Number.isInteger(seed) && seed >= 0 ? seed : DEFAULT_SEED };
}

function fraction(dataset: JsonObject, key: string): number {
  const value = dataset[key] ?? 0.1;
  if (typeof value === 'number' && value >= 0 && value < 1) return value;
  throw new StageError('invalid_config', `${key} must be a fraction of the rows, at least 0 and below 1; it is ${JSON.stringify(value)}.`, {
    field: key,
    value,
  });
}

function wholeNumber(dataset: JsonObject, key: string, otherwise: number): number {
  const value = dataset[key] ?? otherwise;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return Math.max(value, otherwise);
  throw new StageError('invalid_config', `${key} must be a whole number, it is ${JSON.stringify(value)}.`, { field: key, value });
}
