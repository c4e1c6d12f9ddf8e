import { statSync } from 'node:fs';
import type { TrainResult } from '@weir/contract';
import { StageError } from '../errors.ts';

/** Checks that a model that can be used is there: its file has bytes, every label has finite metrics. Throws `engine_failed`. */
export function verifyModel(result: TrainResult, labels: readonly string[]): void {
  if (!isFilled(result.modelPath)) throw broken(`${result.modelPath} is missing or empty`);
  for (const label of labels) {
    const metrics = Object.values(result.metrics['valid']?.[label] ?? {});
    if (metrics.length === 0) throw broken(`there are no validation metrics of label ${label}`);
  }
}

function isFilled(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function broken(what: string): StageError {
  return new StageError('engine_failed', `Training left no usable model: ${what}.`, { fault: 'system' });
}
