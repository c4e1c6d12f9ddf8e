import { AppError } from '@weir/contract/client';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Reads `NAME=value` entries, and `NAME` alone as the caller's own value; the last one of a name wins. */
export function readEnvironment(entries: readonly string[], caller: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(entries.map((entry) => readEntry(entry, caller)));
}

function readEntry(entry: string, caller: Readonly<Record<string, string>>): [string, string] {
  const [name = ''] = entry.split('=', 1);
  if (!NAME.test(name)) {
    throw new AppError('invalid_input', `--env "${entry}" does not name a variable: use NAME=value, or NAME to copy your own value`, {
      field: '--env',
      value: entry,
    });
  }
  if (entry.length > name.length) return [name, entry.slice(name.length + 1)];
  const value = caller[name];
  if (value === undefined) {
    throw new AppError('invalid_input', `--env ${name}: you have no variable of that name; use ${name}=value`, {
      field: '--env',
      value: entry,
    });
  }
  return [name, value];
}
