import { AppError } from '@weir/contract/client';
import { splitList } from './labels.ts';

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;

/** Reads the name of a node, user, account or reservation: what may stand in a path of the API. */
export function readName(noun: string, text: string | undefined): string {
  if (text !== undefined && NAME.test(text)) return text;
  throw new AppError('invalid_input', `"${text ?? ''}" is not the name of a ${noun}: use letters, digits, "_", "." and "-"; at most 100`, {
    field: 'name',
    value: text,
  });
}

/** Reads a comma list of names; each once. */
export function readNames(noun: string, text: string): string[] {
  return [...new Set(splitList(text).map((name) => readName(noun, name)))];
}
