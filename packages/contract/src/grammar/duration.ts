import { AppError } from '../errors.ts';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MAX_MS = 10 * 365 * 86_400_000;

/**
 * Reads a time limit to milliseconds.
 * `90` = seconds, `90s` `15m` `2h` `1d` `1h30m` = units, `M:S`, `H:M:S`, `D-H`, `D-H:M`, `D-H:M:S` = as Slurm reads them.
 * Throws `invalid_time_limit` for anything else, for zero and for more than ten years.
 */
export function parseDuration(text: string): number {
  const ms = readUnits(text) ?? readClock(text);
  if (ms === undefined || ms <= 0 || ms > MAX_MS) {
    throw new AppError(
      'invalid_time_limit',
      `"${text}" is not a time limit: use seconds (90), units (90s, 15m, 1h30m), clock (1:30:00) or days (2-12:00:00); more than zero`,
      { field: 'time_limit', value: text },
    );
  }
  return ms;
}

/** Writes milliseconds as `parseDuration` reads them, with the largest units that fit: `1h`, `1d12h`, `1m30s`, `500ms`. */
export function formatDuration(ms: number): string {
  let left = Math.round(ms);
  let text = '';
  for (const [unit, size] of Object.entries(UNIT_MS).toReversed()) {
    const amount = Math.floor(left / size);
    if (amount > 0) text += `${amount}${unit}`;
    left -= amount * size;
  }
  return text === '' ? '0s' : text;
}

function readUnits(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1000;
  if (!/^(\d{1,12}(ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  }
  return total;
}

function readClock(text: string): number | undefined {
  const match = /^(?:(\d{1,5})-)?(\d{1,6})(?::(\d{1,2}))?(?::(\d{1,2}))?$/.exec(text);
  if (match === null) return undefined;
  const [, days, first, second, third] = match;
  const parts = [first, second, third].filter((part) => part !== undefined).map(Number);
  if (days !== undefined) {
    const [hours = 0, minutes = 0, seconds = 0] = parts;
    return ((Number(days) * 24 + hours) * 3600 + minutes * 60 + seconds) * 1000;
  }
  if (parts.length === 2) return ((parts[0] ?? 0) * 60 + (parts[1] ?? 0)) * 1000;
  if (parts.length === 3) return ((parts[0] ?? 0) * 3600 + (parts[1] ?? 0) * 60 + (parts[2] ?? 0)) * 1000;
  return undefined;
}
