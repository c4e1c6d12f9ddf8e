import { DuckDBTypeId, type DuckDBType, type Json } from '@duckdb/node-api';

const BIG_INTEGERS = new Set([DuckDBTypeId.BIGINT, DuckDBTypeId.UBIGINT, DuckDBTypeId.HUGEINT, DuckDBTypeId.UHUGEINT]);
const NUMBERS = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
  ...BIG_INTEGERS,
]);
const TIMESTAMPS = new Set([
  DuckDBTypeId.TIMESTAMP,
  DuckDBTypeId.TIMESTAMP_S,
  DuckDBTypeId.TIMESTAMP_MS,
  DuckDBTypeId.TIMESTAMP_NS,
  DuckDBTypeId.TIMESTAMP_TZ,
]);

/** True for types whose values are numbers. */
export function isNumberType(type: DuckDBType): boolean {
  return NUMBERS.has(type.typeId);
}

/** A value as JSON: integers are numbers while a reader keeps them exact, texts above; timestamps are ISO 8601. */
export function toJsonValue(value: Json, type: DuckDBType): Json {
  if (typeof value !== 'string') return value;
  if (BIG_INTEGERS.has(type.typeId)) return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (type.typeId === DuckDBTypeId.DECIMAL) return String(Number(value)) === trimDecimal(value) ? Number(value) : value;
  return TIMESTAMPS.has(type.typeId) ? toIso(value, type) : value;
}

/** A value as a CSV cell (RFC 4180); NULL is an empty cell, an empty text is `""`. */
export function toCsvCell(value: Json, type: DuckDBType): string {
  const plain = toJsonValue(value, type);
  if (plain === null) return '';
  const text = typeof plain === 'object' ? JSON.stringify(plain) : String(plain);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function trimDecimal(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function toIso(text: string, type: DuckDBType): string {
  const iso = text.replace(' ', 'T');
  if (type.typeId !== DuckDBTypeId.TIMESTAMP_TZ) return iso;
  return iso.replace(/[+-]\d{2}(:\d{2})?$/, (zone) => (/^[+-]00(:00)?$/.test(zone) ? 'Z' : zone.length === 3 ? `${zone}:00` : zone));
}
