import type { DetectedFeature, JsonObject } from '@weir/contract';
import { StageError } from '../errors.ts';
import type { Column } from './column.ts';
import { checkLabel, type LabelFinding } from './labels.ts';
import { fitColumn, type PhysicalFit } from './physical-fit.ts';
import { wantsIntegers, type Profile } from './profile.ts';
import { roleByType } from './roles-by-type.ts';
import { TRUE_PROBABILITY_SUFFIX, type ColumnRoles, type RoleByName } from './roles.ts';

export interface Detection {
  readonly features: readonly DetectedFeature[];
  readonly excluded: readonly { readonly name: string; readonly why: string }[];
  readonly labels: readonly LabelFinding[];
  /** FuxiCTR's own configuration of features and labels. */
  readonly featureCols: readonly JsonObject[];
  readonly labelCols: readonly JsonObject[];
  /** Types that columns of the sample are cast to before the dataset is built. */
  readonly casts: Readonly<Record<string, string>>;
  /** The columns that features read, with the types that the model will know them by. */
  readonly sources: readonly FeatureSource[];
}

export interface FeatureSource {
  readonly column: Column;
  readonly type: string;
  readonly isNumeric: boolean;
}

type Candidate = ColumnRoles['features'][number];

/**
 * Decides which columns are features and how they are encoded, and checks the labels.
 * Throws StageError `feature_missing`, `feature_all_null`, `feature_type_invalid`, `label_not_binary`, `label_one_class`, `invalid_config`.
 */
export function detectFeatures(columns: readonly Column[], roles: ColumnRoles, profile: Profile): Detection {
  const labels = roles.labels.map((label) => checkLabel(label, columnNamed(columns, label.name), profile));
  const candidates = roles.isByType ? candidatesByType(columns, roles, profile) : roles.features;
  const excluded = listExcluded(columns, { roles, profile, candidates });
  if (candidates.length === 0) throw noFeatures(excluded);
  const fitted = candidates.map((candidate) => ({ candidate, fit: fitCandidate(candidate, roles, profile) }));
  const casts = collectCasts(fitted, labels);
  return {
    features: fitted.map(({ candidate }) => describeFeature(candidate, profile)),
    excluded,
    labels,
    featureCols: fitted.map(({ candidate, fit }) => featureCol(candidate, fit)),
    labelCols: roles.labels.map((label) => label.settings),
    casts,
    sources: listSources(candidates, casts),
  };
}

function candidatesByType(columns: readonly Column[], roles: ColumnRoles, profile: Profile): Candidate[] {
  return columns.flatMap((column) => {
    const verdict = roleByType(column, profile, roles);
    return verdict.kind === 'feature' ? [{ name: column.name, column, role: verdict }] : [];
  });
}

function listExcluded(
  columns: readonly Column[],
  known: { roles: ColumnRoles; profile: Profile; candidates: readonly Candidate[] },
): { name: string; why: string }[] {
  const used = new Set(known.candidates.map((candidate) => candidate.column.name));
  return columns
    .filter((column) => !used.has(column.name))
    .map((column) => ({ name: column.name, why: whyExcluded(column, known.roles, known.profile) }));
}

function whyExcluded(column: Column, roles: ColumnRoles, profile: Profile): string {
  if (roles.labels.some((label) => label.name === column.name)) return 'a label';
  if (column.name.endsWith(TRUE_PROBABILITY_SUFFIX)) return 'a known probability, kept for the evaluation';
  if (roles.inactive.has(column.name)) return 'switched off in the experiment (active: false)';
  if (!roles.isByType) return 'its name matches no rule and the experiment does not configure it';
  const verdict = roleByType(column, profile, roles);
  return verdict.kind === 'excluded' ? verdict.why : 'not used';
}

function fitCandidate({ column, role }: Candidate, roles: ColumnRoles, profile: Profile): PhysicalFit {
  const found = profile.columns[column.name];
  if (found === undefined) throw new Error(`no profile of column ${column.name}`);
  if (found.nulls === profile.rows) {
    const message = `Feature column ${column.name} is null in all ${profile.rows} rows of sample_sql. Leave it out, or fill it.`;
    throw new StageError('feature_all_null', message, { field: column.name, value: null });
  }
  if (role.type !== 'categorical' || column.family !== 'text' || !wantsIntegers(column, roles)) return fitColumn(role.type, column, found);
  if (found.misfits === 0) return { dtype: 'int', castTo: 'BIGINT' };
  const message = `Feature column ${column.name} is configured with dtype int, but ${found.misfits} of its values are no integers, for example ${JSON.stringify(found.misfitSample)}.`;
  throw new StageError('feature_type_invalid', message, { field: column.name, value: found.misfitSample });
}

function collectCasts(
  fitted: readonly { candidate: Candidate; fit: PhysicalFit }[],
  labels: readonly LabelFinding[],
): Record<string, string> {
  const wanted = new Map<string, string | undefined>();
  for (const { candidate, fit } of fitted) {
    const { name } = candidate.column;
    if (wanted.has(name) && wanted.get(name) !== fit.castTo) {
      const message = `Two features read column ${name} as different types. Select it twice under two names in sample_sql and infer_sql.`;
      throw new StageError('invalid_config', message, { field: 'feature_cols', value: name });
    }
    wanted.set(name, fit.castTo);
  }
  for (const label of labels) if (label.castTo !== undefined) wanted.set(label.name, label.castTo);
  return Object.fromEntries([...wanted].filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function listSources(candidates: readonly Candidate[], casts: Readonly<Record<string, string>>): FeatureSource[] {
  const byColumn = Map.groupBy(candidates, (candidate) => candidate.column);
  return [...byColumn].map(([column, readers]) => ({
    column,
    type: casts[column.name] ?? column.type,
    isNumeric: readers.every((reader) => reader.role.type === 'numeric'),
  }));
}

function describeFeature({ name, column, role }: Candidate, profile: Profile): DetectedFeature {
  const found = profile.columns[column.name];
  return {
    name,
    type: role.type,
    physicalType: column.type,
    rule: role.rule,
    nulls: found?.nulls ?? 0,
    distinct: found?.distinct ?? null,
    vocabSize: null,
  };
}

function featureCol({ name, role }: { name: string; role: RoleByName }, fit: PhysicalFit): JsonObject {
  if (role.explicit !== undefined) return { ...role.explicit.settings, active: true };
  const base = { name, active: true, dtype: fit.dtype, type: role.type };
  if (role.type === 'numeric') return { ...base, normalizer: 'StandardScaler' };
  return role.type === 'sequence' ? { ...base, max_len: 15, splitter: '^', feature_encoder: 'layers.MaskedAveragePooling()' } : base;
}

function columnNamed(columns: readonly Column[], name: string): Column {
  const column = columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`no column ${name}`);
  return column;
}

function noFeatures(excluded: readonly { name: string; why: string }[]): StageError {
  const reasons = excluded
    .slice(0, 20)
    .map(({ name, why }) => `${name}: ${why}`)
    .join('; ');
  return new StageError('feature_missing', `sample_sql gives no column that can be a feature (${reasons}).`, { field: 'sample_sql' });
}
