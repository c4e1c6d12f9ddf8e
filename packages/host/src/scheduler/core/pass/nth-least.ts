/** The `count`-th smallest of the values (1 = the least); Infinity when there are fewer. Quickselect on a copy. */
export function findNthLeast(values: Float64Array, count: number): number {
  if (count > values.length) return Infinity;
  const own = values.slice();
  let low = 0;
  let high = own.length - 1;
  while (low < high) {
    const pivot = own[(low + high) >>> 1] ?? 0;
    let left = low;
    let right = high;
    while (left <= right) {
      while ((own[left] ?? 0) < pivot) left += 1;
      while ((own[right] ?? 0) > pivot) right -= 1;
      if (left > right) break;
      [own[left], own[right]] = [own[right] ?? 0, own[left] ?? 0];
      left += 1;
      right -= 1;
    }
    if (count - 1 <= right) high = right;
    else if (count - 1 >= left) low = left;
    else break;
  }
  return own[count - 1] ?? Infinity;
}
