/** Writes a span for people: `0.4s`, `12s`, `3m05s`, `1h02m`, `2d03h`. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d${two(hours % 24)}h`;
}

/** Writes an instant of the API in the reader's own time zone: `2026-01-31 23:59:59`. */
export function formatTime(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return at;
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${formatClock(at)}`;
}

/** Writes the time of day of an instant in the reader's own time zone: `23:59:59`. */
export function formatClock(at: string): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? at : [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
}

/** Milliseconds from one instant to another, or to now. */
export function spanBetween(from: string, to: string | null): number {
  return (to === null ? Date.now() : Date.parse(to)) - Date.parse(from);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
