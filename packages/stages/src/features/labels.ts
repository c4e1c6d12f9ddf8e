import { StageError } from '../errors.ts';
import type { Column } from './column.ts';
import type { Profile } from './profile.ts';
import type { ExplicitLabel } from './experiment-columns.ts';

export interface LabelFinding {
  readonly name: string;
  readonly positives: number;
  readonly rate: number;
  /** Type that the column is cast to, when it is a text. */
  readonly castTo?: string;
}

/** Checks that a label is 0 or 1 in every row and both somewhere. Throws StageError `label_not_binary` or `label_one_class`. */
export function checkLabel(label: ExplicitLabel, column: Column, profile: Profile): LabelFinding {
  const found = profile.columns[label.name];
  if (found === undefined) throw new Error(`no profile of label ${label.name}`);
  if (found.nulls > 0) {
    const message = `Label ${label.name} is null in ${found.nulls} of ${profile.rows} rows. Filter these rows in sample_sql, or replace null by 0 or 1.`;
    throw new StageError('label_not_binary', message, { field: label.name, value: null });
  }
  if (found.misfits > 0) {
    const message = `Label ${label.name} must be 0 or 1; ${found.misfits} of ${profile.rows} rows are something else, for example ${JSON.stringify(found.misfitSample)}.`;
    throw new StageError('label_not_binary', message, { field: label.name, value: found.misfitSample });
  }
  if (found.zeros === 0 || found.ones === 0) {
    const only = found.zeros === 0 ? 1 : 0;
    const message = `Label ${label.name} is ${only} in all ${profile.rows} rows of sample_sql; a model needs rows of both classes to learn from.`;
    throw new StageError('label_one_class', message, { field: label.name, value: only });
  }
  return {
    name: label.name,
    positives: found.ones,
    rate: found.ones / profile.rows,
    ...(column.family === 'text' ? { castTo: 'DOUBLE' } : {}),
  };
}
