import { describe, expect, test } from 'vitest';
import { readId, readJobIds, readWhole } from '../../src/input/numbers.ts';

describe('ids', () => {
  test.each([
    ['1', 1],
    ['9007199254740991', 9007199254740991],
    ['007', 7],
  ])('%s is the id %d', (text, id) => expect(readId('job', text)).toBe(id));

  test.each(['0', '-1', '1.5', '1e3', 'abc', '', ' 1', '9007199254740992', '99999999999999999', '१'])('"%s" is refused by name', (text) =>
    expect(() => readId('job', text)).toThrow(`"${text}" is not the id of a job`),
  );

  test('an id that is named twice counts once', () => expect(readJobIds(['3', '1', '3'])).toEqual([3, 1]));
});

describe('whole numbers of options', () => {
  const read = readWhole({ option: '--cores', min: 1, max: 64 });

  test('a number inside the range is taken', () => expect(read('64')).toBe(64));

  test.each(['0', '65', '2.5', 'two', '', '0x10'])('"%s" is refused with the option and the range', (text) =>
    expect(() => read(text)).toThrow(`--cores is "${text}": use a whole number from 1 to 64`),
  );

  test('a range may reach below zero', () => expect(readWhole({ option: '--priority', min: -10, max: 10 })('-10')).toBe(-10));
});
