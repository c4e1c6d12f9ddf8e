import { quoteName } from '../warehouses/quoting.ts';
import type { Column } from './column.ts';
import type { ColumnRoles } from './roles.ts';

/** What one pass over the rows tells about a column. */
export interface ColumnProfile {
  readonly nulls: number;
  /** Approximate (HyperLogLog); null for nested types. */
  readonly distinct: number | null;
  /** Values that are not what the column is to become: text that is no number, fractions in a categorical column. */
  readonly misfits: number;
  readonly misfitSample: string | null;
  /** For labels: rows that are 0 and 1. */
  readonly zeros: number;
  readonly ones: number;
}

export interface Profile {
  readonly rows: number;
  readonly columns: Readonly<Record<string, ColumnProfile>>;
}

const FIGURES = 6;

/** One aggregate query over all columns of `from`; read its only row with `parseProfile`. */
export function profileQuery(columns: readonly Column[], roles: ColumnRoles, from: string): string {
  const figures = columns.flatMap((column) => columnFigures(column, roles));
  return `SELECT count(*), ${figures.join(', ')} FROM ${from}`;
}

/** Reads the row that `profileQuery` gives. */
export function parseProfile(columns: readonly Column[], row: readonly unknown[]): Profile {
  const entries = columns.map((column, index): [string, ColumnProfile] => {
    const [nulls, distinct, misfits, sample, zeros, ones] = row.slice(1 + index * FIGURES, 1 + (index + 1) * FIGURES);
    return [
      column.name,
      {
        nulls: Number(nulls),
        distinct: distinct === null ? null : Number(distinct),
        misfits: Number(misfits),
        misfitSample: typeof sample === 'string' ? sample : null,
        zeros: Number(zeros),
        ones: Number(ones),
      },
    ];
  });
  return { rows: Number(row[0]), columns: Object.fromEntries(entries) };
}

/** Estimates up to this many distinct values are replaced by exact counts. */
const COUNTED_DISTINCT = 20_000;

/** The columns whose distinct values are few enough to be counted exactly. */
export function countableColumns(profile: Profile): string[] {
  return Object.entries(profile.columns).flatMap(([name, { distinct }]) =>
    distinct !== null && distinct <= COUNTED_DISTINCT ? [name] : [],
  );
}

/** A query that counts the distinct values of `names`; give its row to `withDistinct`. */
export function distinctQuery(names: readonly string[], from: string): string {
  return `SELECT ${names.map((name) => `count(DISTINCT ${quoteName(name)})`).join(', ')} FROM ${from}`;
}

/** The profile with exact counts for `names`. */
export function withDistinct(profile: Profile, names: readonly string[], counts: readonly number[]): Profile {
  const exact = new Map(names.map((name, index) => [name, counts[index]]));
  const columns = Object.entries(profile.columns).map(
    ([name, column]) => [name, { ...column, distinct: exact.get(name) ?? column.distinct }] as const,
  );
  return { ...profile, columns: Object.fromEntries(columns) };
}

function columnFigures(column: Column, roles: ColumnRoles): string[] {
  const name = quoteName(column.name);
  const misfit = misfitCondition(column, roles);
  const isLabel = roles.labels.some((label) => label.name === column.name);
  const number = isLabel ? asNumber(column) : 'NULL';
  return [
    `count(*) - count(${name})`,
    column.family === 'list' || column.family === 'other' ? 'NULL' : `approx_count_distinct(${name})`,
    misfit === undefined ? '0' : `count(*) FILTER (WHERE ${misfit})`,
    misfit === undefined ? 'NULL' : `left(any_value(CAST(${name} AS VARCHAR)) FILTER (WHERE ${misfit}), 100)`,
    isLabel ? `count(*) FILTER (WHERE ${number} = 0)` : '0',
    isLabel ? `count(*) FILTER (WHERE ${number} = 1)` : '0',
  ];
}

/** When a value does not fit what its column is to become; undefined when every value of the type does. */
function misfitCondition(column: Column, roles: ColumnRoles): string | undefined {
  const name = quoteName(column.name);
  if (roles.labels.some((label) => label.name === column.name)) {
    const number = asNumber(column);
    return `${name} IS NOT NULL AND (${number} IS NULL OR ${number} NOT IN (0, 1))`;
  }
  const types = new Set(roles.features.filter((feature) => feature.column.name === column.name).map((feature) => feature.role.type));
  if (types.has('numeric') && column.family === 'text') return `${name} IS NOT NULL AND TRY_CAST(${name} AS DOUBLE) IS NULL`;
  if (types.has('categorical') && column.family === 'text' && wantsIntegers(column, roles))
    return `${name} IS NOT NULL AND TRY_CAST(${name} AS BIGINT) IS NULL`;
  if (types.has('categorical') && column.family === 'float') return `isfinite(${name}) AND ${name} <> trunc(${name})`;
  return undefined;
}

/** True when the experiment configures integer tokens for a column. */
export function wantsIntegers(column: Column, roles: ColumnRoles): boolean {
  return roles.features.some((feature) => feature.column.name === column.name && feature.role.explicit?.settings['dtype'] === 'int');
}

function asNumber(column: Column): string {
  const name = quoteName(column.name);
  if (column.family === 'list' || column.family === 'time' || column.family === 'other') return 'CAST(NULL AS DOUBLE)';
  return column.family === 'boolean' ? `CAST(${name} AS TINYINT)` : `TRY_CAST(${name} AS DOUBLE)`;
}
