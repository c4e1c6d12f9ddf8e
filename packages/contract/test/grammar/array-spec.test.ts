import { expect, test } from 'vitest';
import { formatIndices, parseArraySpec } from '../../src/index.ts';

test.each([
  ['1-3', [1, 2, 3], null],
  ['0-20:10', [0, 10, 20], null],
  ['9,5,5,1-2%8', [1, 2, 5, 9], 8],
])('%s is read', (text, indices, parallel) => {
  expect(parseArraySpec(text)).toEqual({ indices, parallel });
  expect(parseArraySpec(formatIndices(indices)).indices).toEqual(indices);
});

test.each([
  '',
  '1-',
  '1-3%0',
  '1-100001',
  // A part that means nothing is not left out silently.
  '5-3,7',
  '1-10:0,7',
  '1-200000,5',
  // Few letters, millions of indices.
  Array.from({ length: 90 }, () => '1-100000').join(','),
])('"%s" is refused', (text) => {
  expect(() => parseArraySpec(text)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});
