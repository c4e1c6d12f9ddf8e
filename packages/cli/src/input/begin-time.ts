import { AppError, parseDuration } from '@weir/contract/client';

/** Slurm's words for units, in ours. */
const UNIT_WORDS: readonly (readonly [RegExp, string])[] = [
  [/(\d+)seconds?\b/g, '$1s'],
  [/(\d+)minutes?\b/g, '$1m'],
  [/(\d+)hours?\b/g, '$1h'],
  [/(\d+)days?\b/g, '$1d'],
];
const DAY_MS = 86_400_000;

/**
 * Reads an instant to ISO 8601 UTC: `now`, `now+1h30m`, `16:00` (the next one), `tomorrow`, `2026-01-31`, `2026-01-31T16:00[:00][Z]`.
 * Without a zone it is the caller's own. Throws `invalid_input` naming the option.
 */
export function readInstant(option: string, text: string, now = new Date()): string {
  const time = readRelative(text, now) ?? readClock(text, now) ?? readCalendar(text, now);
  if (time !== undefined && !Number.isNaN(time)) return new Date(time).toISOString();
  throw new AppError(
    'invalid_input',
    `${option}: "${text}" is not a time: use now+1h, 16:00, tomorrow, 2026-01-31 or 2026-01-31T16:00:00 (your zone; Z at the end for UTC)`,
    { field: option, value: text },
  );
}

/** Reads an instant of the past: `2h` means two hours ago, else as `readInstant`. */
export function readPast(option: string, text: string, now = new Date()): string {
  if (!/^(\d+(ms|s|m|h|d))+$/.test(text)) return readInstant(option, text, now);
  return new Date(now.getTime() - parseDuration(text)).toISOString();
}

function readRelative(text: string, now: Date): number | undefined {
  if (text === 'now') return now.getTime();
  if (!text.startsWith('now+')) return undefined;
  const span = UNIT_WORDS.reduce((rest, [word, unit]) => rest.replace(word, unit), text.slice('now+'.length));
  return now.getTime() + parseDuration(span);
}

function readClock(text: string, now: Date): number | undefined {
  const [, hours, minutes, seconds = '0'] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const time = new Date(now).setHours(Number(hours), Number(minutes), Number(seconds), 0);
  return time > now.getTime() ? time : new Date(now.getTime() + DAY_MS).setHours(Number(hours), Number(minutes), Number(seconds), 0);
}

function readCalendar(text: string, now: Date): number | undefined {
  if (text === 'tomorrow') return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime();
  // Without a time of day the standard means UTC; people mean their own midnight.
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return Date.parse(`${text}T00:00:00`);
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/.test(text) ? Date.parse(text) : undefined;
}
