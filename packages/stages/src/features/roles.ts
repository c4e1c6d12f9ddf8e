import { StageError } from '../errors.ts';
import type { Column } from './column.ts';
import type { ExplicitFeature, ExplicitLabel } from './experiment-columns.ts';

export type FeatureType = 'categorical' | 'numeric' | 'sequence';

/** What a column is to become, as far as its name and the configuration tell. */
export interface RoleByName {
  readonly kind: 'feature';
  readonly type: FeatureType;
  readonly rule: string;
  /** Present when the experiment configures the feature itself. */
  readonly explicit?: ExplicitFeature;
}

export interface ColumnRoles {
  readonly labels: readonly ExplicitLabel[];
  /** By source column. Several features may read one column. */
  readonly features: readonly { readonly name: string; readonly column: Column; readonly role: RoleByName }[];
  /** True when neither the configuration nor a name says what is a feature: types decide. */
  readonly isByType: boolean;
  /** Columns that the experiment switches off. */
  readonly inactive: ReadonlySet<string>;
}

const SUFFIX_RULES: readonly { readonly suffix: string; readonly type: FeatureType }[] = [
  { suffix: '_tag', type: 'categorical' },
  { suffix: '_cnt', type: 'numeric' },
  { suffix: '_textlist', type: 'sequence' },
];
const EXACT_RULES: Readonly<Record<string, FeatureType>> = {
  product: 'categorical',
  appInstalls: 'sequence',
  outerBizSorted: 'sequence',
  outerModelCleanSorted: 'sequence',
};
export const TRUE_PROBABILITY_SUFFIX = '_true_probability';

/** Says what the columns of the sample are by configuration and name. Throws StageError `label_missing`, `feature_missing`, `config_refused`. */
export function assignRoles(
  columns: readonly Column[],
  explicit: { features: readonly ExplicitFeature[]; labels: readonly ExplicitLabel[] },
): ColumnRoles {
  const labels = findLabels(columns, explicit.labels);
  const labelNames = new Set(labels.map((label) => label.name));
  const byName = new Map(columns.map((column) => [column.name, column]));
  const configured = explicit.features
    .filter((feature) => feature.isActive)
    .map((feature) => ({
      name: feature.name,
      column: findColumn(feature, byName),
      role: { kind: 'feature', type: featureType(feature), rule: 'configured in the experiment', explicit: feature } as const,
    }));
  const taken = new Set(explicit.features.map((feature) => feature.name));
  const detected = columns
    .filter((column) => !taken.has(column.name) && !labelNames.has(column.name))
    .flatMap((column) => {
      const role = roleByName(column.name);
      return role === undefined ? [] : [{ name: column.name, column, role }];
    });
  const inactive = new Set(explicit.features.filter((feature) => !feature.isActive).map((feature) => feature.name));
  return { labels, features: [...configured, ...detected], isByType: explicit.features.length === 0 && detected.length === 0, inactive };
}

function roleByName(name: string): RoleByName | undefined {
  const exact = Object.hasOwn(EXACT_RULES, name) ? EXACT_RULES[name] : undefined;
  if (exact !== undefined) return { kind: 'feature', type: exact, rule: `named ${name}` };
  const rule = SUFFIX_RULES.find(({ suffix }) => name.endsWith(suffix) && name.length > suffix.length);
  return rule === undefined ? undefined : { kind: 'feature', type: rule.type, rule: `name ends with ${rule.suffix}` };
}

function findLabels(columns: readonly Column[], explicit: readonly ExplicitLabel[]): readonly ExplicitLabel[] {
  const names = new Set(columns.map((column) => column.name));
  const missing = explicit.find((label) => !names.has(label.name));
  if (missing !== undefined) {
    const message = `sample_sql gives no column ${missing.name}, which the experiment names as label. Its columns are ${listNames(columns)}.`;
    throw new StageError('label_missing', message, { field: 'label_col', value: missing.name });
  }
  if (explicit.length > 0) return explicit;
  const found = columns.filter(({ name }) => (name === 'label' || name.startsWith('label_')) && !name.endsWith(TRUE_PROBABILITY_SUFFIX));
  if (found.length === 0) {
    const message = `No label: the experiment names none, and sample_sql gives no column called label or label_…. Its columns are ${listNames(columns)}.`;
    throw new StageError('label_missing', message, { field: 'sample_sql' });
  }
  return found.map(({ name }) => ({ name, settings: { name, dtype: 'float' } }));
}

function findColumn(feature: ExplicitFeature, columns: ReadonlyMap<string, Column>): Column {
  const column = columns.get(feature.source);
  if (column !== undefined) return column;
  const message = `sample_sql gives no column ${feature.source}, which feature ${feature.name} of the experiment reads. Select it, or set active: false.`;
  throw new StageError('feature_missing', message, { field: 'feature_cols', value: feature.source });
}

function featureType(feature: ExplicitFeature): FeatureType {
  if (feature.type === 'categorical' || feature.type === 'numeric' || feature.type === 'sequence') return feature.type;
  const message = `Feature ${feature.name} has type ${JSON.stringify(feature.type)}; use categorical, numeric or sequence.`;
  throw new StageError('config_refused', message, { field: 'feature_cols', value: feature.type });
}

function listNames(columns: readonly Column[]): string {
  const names = columns
    .slice(0, 30)
    .map((column) => column.name)
    .join(', ');
  return columns.length > 30 ? `${names} and ${columns.length - 30} more` : names;
}
