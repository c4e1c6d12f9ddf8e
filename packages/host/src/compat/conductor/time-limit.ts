import { parseDuration } from '@weir/contract';

/**
 * Reads a time limit of scns-conductor to milliseconds; undefined = none (absent, empty, zero, `UNLIMITED`).
 * A bare number is minutes, as there and as in Slurm; `90s`, `M:S`, `H:M:S`, `D-H`, `D-H:M`, `D-H:M:S` as everywhere in Weir, to the second.
 * Throws `invalid_time_limit`.
 */
export function parseConductorLimit(given: string | number | undefined): number | undefined {
  const text = String(given ?? '').trim();
  if (/^(?:0*(?:[-:]0+)*|unlimited)$/i.test(text)) return undefined;
  return parseDuration(/^\d+$/.test(text) ? `${text}m` : text);
}

/** Writes a time limit as `H:MM:SS`, from a day on as `D-HH:MM:SS`; null as `UNLIMITED`. */
export function formatConductorLimit(limitMs: number | null): string {
  if (limitMs === null) return 'UNLIMITED';
  const { days, hours, rest } = split(limitMs);
  return days === 0 ? `${hours}:${rest}` : formatElapsed(limitMs);
}

/** Writes a time as `D-HH:MM:SS`, seconds rounded down. */
export function formatElapsed(elapsedMs: number): string {
  const { days, hours, rest } = split(elapsedMs);
  return `${days}-${String(hours).padStart(2, '0')}:${rest}`;
}

function split(ms: number): { days: number; hours: number; rest: string } {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [minute, second] = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'));
  return { days: Math.floor(seconds / 86_400), hours: Math.floor(seconds / 3600) % 24, rest: `${minute}:${second}` };
}
