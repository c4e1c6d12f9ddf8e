import { AppError } from '@weir/contract/client';

/** What an option's number may be. */
export interface Range {
  readonly option: string;
  readonly min: number;
  readonly max: number;
}

/** Makes a reader of an option that takes a whole number. */
export function readWhole({ option, min, max }: Range): (text: string) => number {
  return (text) => {
    const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new AppError('invalid_input', `${option} is "${text}": use a whole number from ${min} to ${max}`, { field: option, value: text });
  };
}

/** Reads the number of a job, workflow or token. */
export function readId(noun: 'job' | 'workflow' | 'token', text: string | undefined): number {
  const value = text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= Number.MAX_SAFE_INTEGER) return value;
  throw new AppError('invalid_input', `"${text ?? ''}" is not the id of a ${noun}: use a number such as 12 (see "weir ${noun} list")`, {
    field: `${noun}_id`,
    value: text,
  });
}

/** Reads the numbers of several jobs; each once, in their order. */
export function readJobIds(texts: readonly string[]): number[] {
  return [...new Set(texts.map((text) => readId('job', text)))];
}
