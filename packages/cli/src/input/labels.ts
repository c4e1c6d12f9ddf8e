import { AppError } from '@weir/contract/client';

const KEY = /^[A-Za-z0-9]([A-Za-z0-9_./-]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^[A-Za-z0-9_.-]{0,63}$/;

/** Reads `key=value,key=value`; the last one of a key wins. Throws `invalid_input` naming the option and the part. */
export function readLabels(option: string, text: string): Record<string, string> {
  return Object.fromEntries(splitList(text).map((part) => readLabel(option, part)));
}

/** Splits a comma list; spaces around its parts and empty parts do not count. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Reads one `key=value`. */
export function readLabel(option: string, text: string): [string, string] {
  const at = text.indexOf('=');
  const [key, value] = [text.slice(0, at), text.slice(at + 1)];
  if (at > 0 && KEY.test(key) && VALUE.test(value)) return [key, value];
  throw new AppError(
    'invalid_input',
    `${option}: "${text}" is not a label: use key=value of letters, digits, "_", ".", "-" ("/" in keys); at most 63 each`,
    {
      field: option,
      value: text,
    },
  );
}
