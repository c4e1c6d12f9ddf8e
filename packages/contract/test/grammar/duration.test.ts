import { describe, expect, test } from 'vitest';
import { AppError, formatDuration, parseDuration } from '@weir/contract';

describe('a time limit', () => {
  test.each([
    ['90', 90_000],
    ['90s', 90_000],
    ['250ms', 250],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['2:30', 150_000],
    ['0:00:30', 30_000],
    ['1:30:00', 5_400_000],
    ['2-12', 216_000_000],
    ['2-12:30', 217_800_000],
    ['2-12:00:00', 216_000_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '0', '0s', '0:00:00', '-5', '1.5h', 'abc', '1h 30m', '1:2:3:4', '99999999999999', '1-', '5 minutes', '1h\u0000'])(
    '%j is refused with its own text',
    (text) => {
      expect(() => parseDuration(text)).toThrow(
        expect.objectContaining({ code: 'invalid_time_limit', detail: { field: 'time_limit', value: text } }),
      );
      expect(() => parseDuration(text)).toThrow(AppError);
    },
  );

  test.each([
    [3_600_000, '1h'],
    [5_400_000, '1h30m'],
    [90_000, '1m30s'],
    [216_000_000, '2d12h'],
    [1_500, '1s500ms'],
    [250, '250ms'],
  ])('of %d ms is written as %s, which is read back', (ms, text) => {
    expect([formatDuration(ms), parseDuration(text)]).toEqual([text, ms]);
  });

  test('of nothing is written, too', () => {
    expect(formatDuration(0)).toBe('0s');
  });
});
