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
