import { AppError } from '../errors.ts';

const UNIT_BYTES: Record<string, number> = { '': 1024 ** 2, B: 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/**
 * Reads an amount of memory to bytes: `512M`, `2G`, `1.5G`, `100K`, `1T`, `1024B`; a bare number is MiB (as Slurm reads it).
 * Units are powers of 1024; `iB` and `B` endings are accepted. Throws `invalid_memory`.
 */
export function parseMemory(text: string): number {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)\s*([KMGT]?)(?:i?B)?$/i.exec(text.trim());
  const unit = match?.[2] === '' && /b$/i.test(text.trim()) ? 'B' : (match?.[2] ?? '').toUpperCase();
  const bytes = match === null ? Number.NaN : Math.round(Number(match[1]) * (UNIT_BYTES[unit] ?? Number.NaN));
  if (!(bytes > 0 && bytes <= Number.MAX_SAFE_INTEGER)) {
    throw new AppError('invalid_memory', `"${text}" is not an amount of memory: use 512M, 2G, 1.5G, 1T (a bare number is MiB)`, {
      field: 'memory',
      value: text,
    });
  }
  return bytes;
}

/** Writes bytes for people: `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let index = 0;
  while (value >= 1024 && index < units.length - 1) {
    value /= 1024;
    index += 1;
  }
  return `${index === 0 ? String(value) : value.toFixed(1)} ${units[index] ?? ''}`;
}
