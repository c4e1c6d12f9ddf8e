import { AppError } from '../errors.ts';

/** The tasks of an array. */
export interface ArraySpec {
  /** Ascending, each once. */
  readonly indices: readonly number[];
  /** Most tasks at once; null = no limit. */
  readonly parallel: number | null;
}

/** As Slurm's MaxArraySize allows at most. */
const MAX_TASKS = 100_000;
const MAX_INDEX = 4_000_000;

/**
 * Reads `1-100`, `1-100:2`, `1,5,9`, `0-3,7`, each with `%8` for at most eight tasks at once.
 * Throws `invalid_input` for anything else and for more than 100,000 tasks.
 */
export function parseArraySpec(text: string): ArraySpec {
  const match = /^(\d{1,7}(?:-\d{1,7}(?::\d{1,7})?)?(?:,\d{1,7}(?:-\d{1,7}(?::\d{1,7})?)?)*)(?:%(\d{1,6}))?$/.exec(text);
  const parallel = match?.[2] === undefined ? null : Number(match[2]);
  const indices = new Set<number>();
  let left = MAX_TASKS;
  let isSound = match !== null && parallel !== 0;
  for (const part of match?.[1]?.split(',') ?? []) {
    const range = expandRange(part);
    left -= range.length;
    // Many wide ranges that say the same would take seconds to put together.
    isSound &&= range.length > 0 && left >= 0;
    if (!isSound) break;
    for (const index of range) indices.add(index);
  }
  if (!isSound) {
    throw new AppError(
      'invalid_input',
      `"${text}" is not an array: use 1-100, 0-20:2 or 1,5,9, with %8 for at most eight at once; at most ${MAX_TASKS} tasks`,
      {
        field: 'array',
        value: text,
      },
    );
  }
  return { indices: [...indices].sort((left, right) => left - right), parallel };
}

/** Writes indices as short as ranges allow: `1-3,7`. Takes them ascending. */
export function formatIndices(indices: readonly number[]): string {
  const ranges: string[] = [];
  let from: number | undefined;
  for (const [place, index] of indices.entries()) {
    from ??= index;
    if (indices[place + 1] === index + 1) continue;
    ranges.push(from === index ? String(index) : `${from}-${index}`);
    from = undefined;
  }
  return ranges.join(',');
}

function expandRange(text: string): number[] {
  const [, from = '', to = from, step = '1'] = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(text) ?? [];
  const [first, last, stride] = [Number(from), Number(to), Number(step)];
  if (stride === 0 || last < first || last > MAX_INDEX || (last - first) / stride > MAX_TASKS) return [];
  return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, place) => first + place * stride);
}
