/** Reads an option that is a whole number from 1 on; throws when it is not one. */
export function readCount(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--${name} ${text} must be a whole number from 1 on`);
  return count;
}
