import type { JsonObject } from '@weir/contract';
import { StageError } from '../errors.ts';

/** A feature that the experiment's dataset configuration names itself. */
export interface ExplicitFeature {
  readonly name: string;
  /** Column that it is read from: another one with `preprocess: copy_from(column)`. */
  readonly source: string;
  readonly type: string;
  readonly isActive: boolean;
  /** The entry as it stands, with one name. */
  readonly settings: JsonObject;
}

export interface ExplicitLabel {
  readonly name: string;
  readonly settings: JsonObject;
}

const COPY_FROM = /^copy_from\(\s*([^()]+?)\s*\)$/;

/** The features named in `dataset.feature_cols`, one per name. Throws StageError `invalid_config`. */
export function parseExplicitFeatures(dataset: JsonObject): ExplicitFeature[] {
  const entries = dataset['feature_cols'] ?? [];
  if (!Array.isArray(entries)) throw refuse('feature_cols', entries, 'must be a list of columns');
  return entries.flatMap((entry: unknown, index) => parseFeature(entry, `feature_cols[${index}]`));
}

/** The labels named in `dataset.label_col`: a name, `{name, dtype}`, or a list of either; empty when there are none. */
export function parseExplicitLabels(dataset: JsonObject): ExplicitLabel[] {
  const value = dataset['label_col'];
  if (value === undefined || value === null) return [];
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  return entries.map((entry) => {
    if (typeof entry === 'string' && entry !== '') return { name: entry, settings: { name: entry, dtype: 'float' } };
    if (isRecord(entry) && typeof entry['name'] === 'string' && entry['name'] !== '') {
      return { name: entry['name'], settings: { name: entry['name'], dtype: labelDtype(entry['dtype']) } };
    }
    throw refuse('label_col', entry, 'must be a column name or {name, dtype}');
  });
}

function parseFeature(entry: unknown, field: string): ExplicitFeature[] {
  if (!isRecord(entry)) throw refuse(field, entry, 'must be an object with a name');
  const names: readonly unknown[] = Array.isArray(entry['name']) ? entry['name'] : [entry['name']];
  return names.map((name) => {
    if (typeof name !== 'string' || name === '') throw refuse(`${field}.name`, name, 'must be the name of a column');
    if (typeof entry['type'] !== 'string') throw refuse(`${field}.type`, entry['type'], 'must be categorical, numeric or sequence');
    const preprocess = entry['preprocess'];
    const source = typeof preprocess === 'string' ? (COPY_FROM.exec(preprocess)?.[1] ?? name) : name;
    return { name, source, type: entry['type'], isActive: entry['active'] !== false, settings: { ...entry, name } };
  });
}

function labelDtype(value: unknown): string {
  return value === 'int' ? 'int' : 'float';
}

function refuse(field: string, value: unknown, expected: string): StageError {
  const message = `${field} of the experiment's dataset configuration ${expected}, it is ${JSON.stringify(value) ?? 'absent'}.`;
  return new StageError('invalid_config', message, { field, value });
}

function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
