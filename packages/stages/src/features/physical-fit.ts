import { StageError } from '../errors.ts';
import { decimalScale, type Column, type TypeFamily } from './column.ts';
import type { ColumnProfile } from './profile.ts';
import type { FeatureType } from './roles.ts';

/** How a column is read as a feature: FuxiCTR's dtype, and the type it is cast to first. */
export interface PhysicalFit {
  readonly dtype: string;
  readonly castTo?: string;
}

type Fit = (column: Column, profile: ColumnProfile) => PhysicalFit | string;

/** Per feature type and family: the fit, or why there is none. */
const FITS: Record<FeatureType, Record<TypeFamily, Fit>> = {
  categorical: {
    integer: () => ({ dtype: 'int' }),
    boolean: () => ({ dtype: 'int' }),
    text: () => ({ dtype: 'str' }),
    float: (_, profile) => (profile.misfits === 0 ? { dtype: 'int' } : { dtype: 'str', castTo: 'VARCHAR' }),
    decimal: (column) => (decimalScale(column.type) === 0 ? { dtype: 'int', castTo: 'BIGINT' } : { dtype: 'str', castTo: 'VARCHAR' }),
    time: () => ({ dtype: 'str', castTo: 'VARCHAR' }),
    list: () => 'a categorical feature has one value per row, not a list',
    other: () => 'a categorical feature is a number, a text or a boolean',
  },
  numeric: {
    integer: () => ({ dtype: 'float' }),
    boolean: () => ({ dtype: 'float' }),
    float: () => ({ dtype: 'float' }),
    decimal: () => ({ dtype: 'float' }),
    text: (_, profile) =>
      profile.misfits === 0
        ? { dtype: 'float', castTo: 'DOUBLE' }
        : `${profile.misfits} of its values are no numbers, for example ${JSON.stringify(profile.misfitSample)}`,
    time: () => 'a numeric feature is a number, not a date or time',
    list: () => 'a numeric feature has one value per row, not a list',
    other: () => 'a numeric feature is a number',
  },
  sequence: {
    text: () => ({ dtype: 'str' }),
    list: (column) => fitList(column),
    integer: () => ({ dtype: 'str', castTo: 'VARCHAR' }),
    boolean: () => ({ dtype: 'str', castTo: 'VARCHAR' }),
    float: () => ({ dtype: 'str', castTo: 'VARCHAR' }),
    decimal: () => ({ dtype: 'str', castTo: 'VARCHAR' }),
    time: () => ({ dtype: 'str', castTo: 'VARCHAR' }),
    other: () => 'a sequence is a list or a text joined with "^"',
  },
};

/** Decides how `column` is read as a feature of `type`. Throws StageError `feature_type_invalid` that names the column and a value. */
export function fitColumn(type: FeatureType, column: Column, profile: ColumnProfile): PhysicalFit {
  const fit = FITS[type][column.family](column, profile);
  if (typeof fit !== 'string') return fit;
  const message = `Column ${column.name} (${column.type}) cannot be a ${type} feature: ${fit}. Correct it in sample_sql, or rename it.`;
  throw new StageError('feature_type_invalid', message, { field: column.name, value: profile.misfitSample ?? column.type });
}

function fitList(column: Column): PhysicalFit | string {
  if (column.items === 'text' || column.items === 'integer') return { dtype: 'list' };
  if (column.items === 'list' || column.items === 'other') return 'its items are themselves nested';
  return { dtype: 'list', castTo: 'VARCHAR[]' };
}
