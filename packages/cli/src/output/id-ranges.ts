/** Writes ids as short as ranges allow: `0-3,7`. */
export function formatIds(ids: readonly number[]): string {
  const sorted = [...ids].sort((left, right) => left - right);
  const ranges: string[] = [];
  let from: number | undefined;
  for (const [place, id] of sorted.entries()) {
    from ??= id;
    if (sorted[place + 1] === id + 1) continue;
    ranges.push(from === id ? String(id) : `${from}-${id}`);
    from = undefined;
  }
  return ranges.join(',');
}
