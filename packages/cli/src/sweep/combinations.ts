import { AppError } from '@weir/contract/client';

/** A value of a sweep; whole numbers of ranges stay numbers for Python functions. */
export type SweepValue = string | number;

/** More is a slip of the pen. */
const MAX_RUNS = 100_000;
const MAX_DISTANCE = Number.MAX_SAFE_INTEGER;

/**
 * Reads an argument of a sweep: `span:{1..3}` = the whole numbers from 1 to 3, `span:[a,b]` = these texts, `span:other` = the text `other`,
 * anything else itself. Throws `invalid_input` for a range that is none.
 */
export function expandArgument(text: string): SweepValue[] {
  if (!text.startsWith('span:')) return [text];
  const body = text.slice('span:'.length);
  if (body.startsWith('{') && body.endsWith('}')) return expandRange(text, body.slice(1, -1));
  if (body.startsWith('[') && body.endsWith(']')) return expandList(body.slice(1, -1));
  return [body];
}

/** Every combination of the arguments' values, the last argument varying fastest. Throws `invalid_input` when there is none or are too many. */
export function combine(args: readonly string[]): SweepValue[][] {
  const axes = args.map(expandArgument);
  const count = axes.reduce((product, axis) => product * axis.length, 1);
  const empty = args[axes.findIndex((axis) => axis.length === 0)];
  if (empty !== undefined) throw new AppError('invalid_input', `${empty} has no values: nothing would run`, { value: empty });
  if (count > MAX_RUNS) throw new AppError('invalid_input', `these are ${count} runs, at most ${MAX_RUNS} are taken`, { value: count });
  return axes.reduce<SweepValue[][]>((rows, axis) => rows.flatMap((row) => axis.map((value) => [...row, value])), [[]]);
}

function expandRange(text: string, body: string): number[] {
  const [, from, to] = /^\s*(-?\d{1,15})\s*\.\.\s*(-?\d{1,15})\s*$/.exec(body) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (from === undefined || last < first || last - first > MAX_DISTANCE) {
    throw new AppError('invalid_input', `${text} is not a range: use span:{1..3}, both ends whole numbers, the smaller first`, {
      value: text,
    });
  }
  if (last - first >= MAX_RUNS) throw new AppError('invalid_input', `${text} has more than ${MAX_RUNS} values`, { value: text });
  return Array.from({ length: last - first + 1 }, (_, place) => first + place);
}

function expandList(body: string): string[] {
  return body.trim() === '' ? [] : body.split(',').map((item) => item.trim());
}
