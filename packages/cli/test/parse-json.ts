/** Reads JSON that a test knows the shape of. */
export function parseJson<T>(text: string): T {
  return JSON.parse(text) as T;
}

/** Reads one JSON value per line. */
export function parseLines<T>(text: string): T[] {
  return text
    .trimEnd()
    .split('\n')
    .map(parseJson<T>);
}
