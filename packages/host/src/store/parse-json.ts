import type { JsonObject } from '@weir/contract';

/** Reads a JSON object that this program wrote; throws when it is something else (a damaged store). */
export function parseObject(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('stored JSON is not an object');
  return { ...value };
}

/** Reads JSON that this program wrote from a typed value. */
export function parseStored<T>(text: string): T {
  return JSON.parse(text) as T;
}
