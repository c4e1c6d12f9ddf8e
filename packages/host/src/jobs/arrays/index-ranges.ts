/** How many indices ranges such as `4-100,200` hold; 0 for the empty text. */
export function countIndices(ranges: string): number {
  if (ranges === '') return 0;
  return ranges.split(',').reduce((total, range) => {
    const [first = '', last = first] = range.split('-');
    return total + Number(last) - Number(first) + 1;
  }, 0);
}
