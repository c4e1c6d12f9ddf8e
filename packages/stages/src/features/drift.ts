import { StageError } from '../errors.ts';
import type { Column } from './column.ts';
import type { FeatureSource } from './detect.ts';

/** Types that the two sets' feature columns are cast to so that a model sees the same in both. */
export interface Reconciliation {
  readonly train: Readonly<Record<string, string>>;
  readonly infer: Readonly<Record<string, string>>;
}

const SIGNED = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'];
const UNSIGNED = ['UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT'];
const NUMBERS = new Set(['integer', 'float', 'decimal', 'boolean']);
const PREDICTION = /^prediction_\d+$/;

/** Checks what names alone tell, before anything is exported. Throws StageError `type_drift` or `invalid_sql`. */
export function checkInferNames(features: readonly Column[], infer: readonly Column[]): void {
  const clash = infer.find((column) => PREDICTION.test(column.name));
  if (clash !== undefined) {
    const message = `infer_sql gives a column ${clash.name}; names prediction_N are where the predictions go. Rename it with AS.`;
    throw new StageError('invalid_sql', message, { field: 'infer_sql', value: clash.name });
  }
  const names = new Set(infer.map((column) => column.name));
  const absent = features.find((column) => !names.has(column.name));
  if (absent !== undefined) missing(absent, infer);
}

/**
 * Compares the feature columns of the rows to score with those of the sample. Widths of integers are widened to the wider one,
 * numeric features of different number types to DOUBLE, FLOAT to DOUBLE; anything else is refused.
 * Throws StageError `type_drift` that names the column and both types.
 */
export function reconcileTypes(sources: readonly FeatureSource[], infer: readonly Column[]): Reconciliation {
  const byName = new Map(infer.map((column) => [column.name, column]));
  const train: Record<string, string> = {};
  const inferred: Record<string, string> = {};
  for (const source of sources) {
    const column = byName.get(source.column.name) ?? missing(source.column, infer);
    const type = commonType(source, column);
    if (type !== source.type) train[source.column.name] = type;
    if (type !== column.type) inferred[column.name] = type;
  }
  return { train, infer: inferred };
}

function commonType(source: FeatureSource, column: Column): string {
  if (source.type === column.type) return source.type;
  const { family } = source.column;
  if (source.type !== source.column.type && family === column.family) return source.type;
  if (source.isNumeric && NUMBERS.has(family) && NUMBERS.has(column.family)) {
    return family === 'integer' && column.family === 'integer' ? widerInteger(source.type, column.type) : 'DOUBLE';
  }
  if (family === 'integer' && column.family === 'integer') return widerInteger(source.type, column.type);
  if (family === 'float' && column.family === 'float') return 'DOUBLE';
  if (family === 'list' && column.family === 'list' && source.column.items === 'integer' && column.items === 'integer') return 'BIGINT[]';
  throw drift(source.column, `and ${column.type} in infer_sql`, column.type);
}

function widerInteger(left: string, right: string): string {
  const ladder = [SIGNED, UNSIGNED].find((types) => types.includes(left) && types.includes(right));
  if (ladder === undefined) return 'BIGINT';
  return ladder[Math.max(ladder.indexOf(left), ladder.indexOf(right))] ?? 'BIGINT';
}

function missing(column: Column, infer: readonly Column[]): never {
  const twin = infer.find((candidate) => candidate.name.toLowerCase() === column.name.toLowerCase());
  const hint = twin === undefined ? '' : `; it gives ${twin.name}, but capitals count`;
  throw drift(column, `and infer_sql does not give it${hint}`, null);
}

function drift(column: Column, what: string, value: string | null): StageError {
  const message = `Feature column ${column.name} is ${column.type} in sample_sql ${what}. Give it the same name and type in both, for example with CAST.`;
  return new StageError('type_drift', message, { field: column.name, value });
}
