import type { Column } from './column.ts';
import type { ColumnProfile, Profile } from './profile.ts';
import { TRUE_PROBABILITY_SUFFIX, type ColumnRoles, type FeatureType } from './roles.ts';

/** Most distinct integers that are still taken as categories. */
const FEW_DISTINCT = 1000;
/** Share of distinct values above which a column looks like an id; estimates of distinct values are off by some percent. */
const NEARLY_UNIQUE = 0.9;
const ENOUGH_ROWS = 20;
const ID_NAME = /(^|_)id$|[a-z]I[dD]$/;

export type Verdict =
  { readonly kind: 'feature'; readonly type: FeatureType; readonly rule: string } | { readonly kind: 'excluded'; readonly why: string };

/** Says by type and values alone what a column is: for data whose names follow no convention. */
export function roleByType(column: Column, profile: Profile, roles: ColumnRoles): Verdict {
  const found = profile.columns[column.name];
  if (roles.labels.some((label) => label.name === column.name)) return excluded('a label');
  if (column.name.endsWith(TRUE_PROBABILITY_SUFFIX)) return excluded('a known probability, kept for the evaluation');
  if (column.name === 'label' || column.name.startsWith('label_')) return excluded('named like a label, which the model must not see');
  if (found === undefined || found.nulls === profile.rows) return excluded('all values are null');
  if (found.distinct === 1 && found.nulls === 0) return excluded('one value only');
  return byFamily(column, found, profile.rows);
}

function byFamily(column: Column, profile: ColumnProfile, rows: number): Verdict {
  const present = rows - profile.nulls;
  const distinct = profile.distinct ?? 0;
  const isNearlyUnique = present >= ENOUGH_ROWS && distinct > NEARLY_UNIQUE * present;
  switch (column.family) {
    case 'text':
      return isNearlyUnique ? excluded('nearly every value is different, like an id') : feature('categorical', 'text');
    case 'integer':
      if (isNearlyUnique) return excluded('nearly every value is different, like an id; name it …_cnt to use it as a number');
      if (distinct <= FEW_DISTINCT) return feature('categorical', `integer with ${distinct} distinct values`);
      return ID_NAME.test(column.name)
        ? feature('categorical', 'integer id with repeats')
        : feature('numeric', 'integer with many distinct values');
    case 'boolean':
      return feature('categorical', 'boolean');
    case 'float':
    case 'decimal':
      return feature('numeric', column.family);
    case 'list':
      return column.items === 'list' || column.items === 'other' ? excluded('a list of nested values') : feature('sequence', 'list');
    case 'time':
      return excluded('a date or time');
    case 'other':
      return excluded(`values of type ${column.type} cannot be encoded`);
  }
}

function feature(type: FeatureType, rule: string): Verdict {
  return { kind: 'feature', type, rule: `by type: ${rule}` };
}

function excluded(why: string): Verdict {
  return { kind: 'excluded', why };
}
