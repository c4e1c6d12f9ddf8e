import type { ColumnType } from 'kysely';

/** Text holding JSON; parsed and written by the stores. */
export type JsonText = string;
/** Milliseconds since the epoch. */
export type Millis = number;
/** 0 or 1. */
export type Flag = number;
/** A column whose default the store knows. */
export type Defaulted<T> = ColumnType<T, T | undefined, T>;
/** A number that the store counts up. */
export type GeneratedId = ColumnType<number, number | undefined, never>;
