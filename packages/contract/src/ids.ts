import { Type, type Static } from 'typebox';
import { IDENTIFIER_PATTERN } from './identifier-pattern.ts';

export { IDENTIFIER_PATTERN };

/** A result table: `table` or `database.table`, each a SQL identifier. */
export const TABLE_NAME_PATTERN = '^[A-Za-z_][A-Za-z0-9_]{0,62}(\\.[A-Za-z_][A-Za-z0-9_]{0,62})?$';

/** Largest id that survives JSON as a number (2^53 - 1). */
export const MAX_ID = Number.MAX_SAFE_INTEGER;

export const Identifier = Type.String({ pattern: IDENTIFIER_PATTERN });
export const IdNumber = Type.Integer({ minimum: 1, maximum: MAX_ID });

/** An instant: ISO 8601, UTC, milliseconds, `Z`. */
export const Timestamp = Type.String({ description: 'ISO 8601, UTC' });

export const NullableTimestamp = Type.Union([Timestamp, Type.Null()]);

type Brand<T, Name extends string> = T & { readonly __brand: Name };

export type JobId = Brand<number, 'JobId'>;
export type WorkflowId = Brand<number, 'WorkflowId'>;
export type NodeName = Brand<string, 'NodeName'>;
export type UserName = Brand<string, 'UserName'>;

/** Any JSON value. */
export const Json = Type.Unknown();
export const JsonObject = Type.Record(Type.String(), Type.Unknown());
export type JsonObject = Static<typeof JsonObject>;
