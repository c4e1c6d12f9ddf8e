import { AppError } from '@weir/contract';

/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The first of these variables that is set, with its name; an empty one counts as not set. */
export function findVariable(env: Environment, names: readonly string[]): { name: string; text: string } | undefined {
  for (const name of names) {
    const text = env[name];
    if (text !== undefined && text !== '') return { name, text };
  }
  return undefined;
}

/** The text of the first of these variables that is set. */
export function readText(env: Environment, ...names: readonly string[]): string | undefined {
  return findVariable(env, names)?.text;
}

/** Reads a whole number; `absent` when none of the variables is set; throws `invalid_input` naming the one that is wrong. */
export function readInteger(
  env: Environment,
  names: readonly string[],
  range: { readonly absent: number; readonly least?: number; readonly most?: number },
): number {
  const found = findVariable(env, names);
  if (found === undefined) return range.absent;
  const { least = 0, most = Number.MAX_SAFE_INTEGER } = range;
  if (!/^\d{1,16}$/.test(found.text) || Number(found.text) < least || Number(found.text) > most)
    throw refuseVariable(found, `must be a whole number from ${least} to ${most}`);
  return Number(found.text);
}

/** Reads one word of a list; `absent` when none of the variables is set; throws `invalid_input` naming the one that is wrong. */
export function readChoice<T extends string>(
  env: Environment,
  names: readonly string[],
  range: { readonly absent: T; readonly of: readonly T[]; readonly alias?: Readonly<Record<string, T>> },
): T {
  const found = findVariable(env, names);
  if (found === undefined) return range.absent;
  const word = found.text.toLowerCase();
  const choice = range.of.find((candidate) => candidate === word) ?? range.alias?.[word];
  if (choice === undefined) throw refuseVariable(found, `must be one of ${range.of.join(', ')}`);
  return choice;
}

/** The refusal of a variable; the value of one that may hold a password is not repeated. */
export function refuseVariable(found: { name: string; text: string }, why: string, secret = false): AppError {
  const value = secret ? '(not shown)' : found.text;
  return new AppError('invalid_input', `${found.name}=${value} ${why}`, { field: found.name, value });
}
