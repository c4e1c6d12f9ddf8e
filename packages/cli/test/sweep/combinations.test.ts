import { expect, test } from 'vitest';
import { combine, expandArgument } from '../../src/sweep/combinations.ts';

test.each([
  ['plain', ['plain']],
  ['span:{1..3}', [1, 2, 3]],
  ['span:{-1..1}', [-1, 0, 1]],
  ['span:{5..5}', [5]],
  ['span:[a, b ,c]', ['a', 'b', 'c']],
  ['span:[1,2]', ['1', '2']],
  ['span:other', ['other']],
  ['span:', ['']],
  ['span:[]', []],
])('%s', (text, values) => expect(expandArgument(text)).toEqual(values));

test('every combination comes once, the last argument varies fastest', () =>
  expect(combine(['span:{1..2}', 'x', 'span:[a,b]'])).toEqual([
    [1, 'x', 'a'],
    [1, 'x', 'b'],
    [2, 'x', 'a'],
    [2, 'x', 'b'],
  ]));

test('without arguments there is one run', () => expect(combine([])).toEqual([[]]));

test.each([
  ['span:{3..1}', 'is not a range'],
  ['span:{a..b}', 'is not a range'],
  ['span:{1.5..2}', 'is not a range'],
  ['span:{1..999999999}', 'has more than 100000 values'],
])('%s is refused', (text, message) => expect(() => combine([text])).toThrow(message));

test('no values, and too many combinations, are refused', () => {
  expect(() => combine(['x', 'span:[]'])).toThrow('span:[] has no values: nothing would run');
  expect(() => combine(['span:{1..1000}', 'span:{1..1000}'])).toThrow('these are 1000000 runs');
});
