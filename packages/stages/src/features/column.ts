import { DuckDBListType, DuckDBArrayType, DuckDBTypeId, type DuckDBType } from '@duckdb/node-api';

/** What kind of values a physical type holds; decides which features it can become. */
export type TypeFamily = 'integer' | 'float' | 'decimal' | 'boolean' | 'text' | 'list' | 'time' | 'other';

/** A column of a query as it is written to Parquet. */
export interface Column {
  readonly name: string;
  /** Physical type in the Parquet files, in DuckDB's words. */
  readonly type: string;
  readonly family: TypeFamily;
  /** Family of the items of a list. */
  readonly items?: TypeFamily;
  /** True when the type of the query has no exact match in Parquet and the column is cast to `type` at export. */
  readonly isCast: boolean;
}

const FAMILIES: Partial<Record<DuckDBTypeId, TypeFamily>> = {
  [DuckDBTypeId.BOOLEAN]: 'boolean',
  [DuckDBTypeId.TINYINT]: 'integer',
  [DuckDBTypeId.SMALLINT]: 'integer',
  [DuckDBTypeId.INTEGER]: 'integer',
  [DuckDBTypeId.BIGINT]: 'integer',
  [DuckDBTypeId.UTINYINT]: 'integer',
  [DuckDBTypeId.USMALLINT]: 'integer',
  [DuckDBTypeId.UINTEGER]: 'integer',
  [DuckDBTypeId.UBIGINT]: 'integer',
  [DuckDBTypeId.FLOAT]: 'float',
  [DuckDBTypeId.DOUBLE]: 'float',
  [DuckDBTypeId.DECIMAL]: 'decimal',
  [DuckDBTypeId.VARCHAR]: 'text',
  [DuckDBTypeId.DATE]: 'time',
  [DuckDBTypeId.TIMESTAMP]: 'time',
  [DuckDBTypeId.TIMESTAMP_S]: 'time',
  [DuckDBTypeId.TIMESTAMP_MS]: 'time',
  [DuckDBTypeId.TIMESTAMP_NS]: 'time',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'time',
  [DuckDBTypeId.TIME]: 'time',
  [DuckDBTypeId.BLOB]: 'other',
  [DuckDBTypeId.STRUCT]: 'other',
  [DuckDBTypeId.MAP]: 'other',
};

/** Types that Parquet or its readers do not keep, and what they become. */
const CAST_TO: Partial<Record<DuckDBTypeId, { readonly type: string; readonly family: TypeFamily }>> = {
  [DuckDBTypeId.HUGEINT]: { type: 'BIGINT', family: 'integer' },
  [DuckDBTypeId.UHUGEINT]: { type: 'BIGINT', family: 'integer' },
  [DuckDBTypeId.BIGNUM]: { type: 'BIGINT', family: 'integer' },
  [DuckDBTypeId.TIMESTAMP_S]: { type: 'TIMESTAMP', family: 'time' },
};

/** Describes a column of a query; every type gets a physical type that Parquet keeps exactly. */
export function parseColumn(name: string, type: DuckDBType): Column {
  const cast = CAST_TO[type.typeId];
  if (cast !== undefined) return { name, ...cast, isCast: true };
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) return parseList(name, type);
  const family = FAMILIES[type.typeId];
  if (family === undefined) return { name, type: 'VARCHAR', family: 'text', isCast: true };
  // A text type with a name of its own (JSON) would come back as another type.
  return family === 'text'
    ? { name, type: 'VARCHAR', family, isCast: type.alias !== undefined }
    : { name, type: type.toString(), family, isCast: false };
}

function parseList(name: string, type: DuckDBListType | DuckDBArrayType): Column {
  const item = parseColumn(name, type.valueType);
  const isCast = item.isCast || type instanceof DuckDBArrayType;
  return { name, type: `${item.type}[]`, family: 'list', items: item.family, isCast };
}

/** Digits after the point of a DECIMAL type's text; 0 for other types. */
export function decimalScale(type: string): number {
  return Number(/^DECIMAL\(\d+,\s*(\d+)\)$/.exec(type)?.[1] ?? 0);
}
