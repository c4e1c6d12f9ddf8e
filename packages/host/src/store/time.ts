import { AppError } from '@weir/contract';

/** Milliseconds since the epoch to ISO 8601, UTC. */
export function toIso(millis: number): string {
  return new Date(millis).toISOString();
}

/** As `toIso`; null stays null. */
export function toIsoOrNull(millis: number | null): string | null {
  return millis === null ? null : toIso(millis);
}

/** ISO 8601 to milliseconds; throws on anything else. */
export function fromIso(text: string): number {
  const millis = Date.parse(text);
  if (Number.isNaN(millis)) throw new RangeError(`"${text}" is not a time`);
  return millis;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** Reads an instant that a user gave to milliseconds since the epoch; throws `invalid_input` for anything but ISO 8601 with an offset. */
export function readInstant(field: string, text: string): number {
  const millis = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(millis))
    throw new AppError('invalid_input', `${field} "${text.slice(0, 100)}" is not a time: write 2026-01-31T12:00:00Z`, {
      field,
      value: text.slice(0, 100),
    });
  return millis;
}
