import { expect, test } from 'vitest';
import { formatConductorLimit, formatElapsed, parseConductorLimit } from '../../../src/compat/conductor/time-limit.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each<[string | number | undefined, number | undefined]>([
  ['30', 30 * MINUTE],
  [10, 10 * MINUTE],
  ['2:30', 2 * MINUTE + 30 * SECOND],
  ['0:00:30', 30 * SECOND],
  ['1:30:00', 90 * MINUTE],
  ['1:30:05', 90 * MINUTE + 5 * SECOND],
  ['90s', 90 * SECOND],
  ['2s', 2 * SECOND],
  ['2-12:00:00', 2 * DAY + 12 * HOUR],
  ['1-6', DAY + 6 * HOUR],
  ['1-6:30', DAY + 6 * HOUR + 30 * MINUTE],
  [' 5 ', 5 * MINUTE],
  ['0', undefined],
  [0, undefined],
  ['', undefined],
  ['00:00:00', undefined],
  ['0-00:00', undefined],
  ['UNLIMITED', undefined],
  [undefined, undefined],
])('the time limit %j is %j ms', (given, ms) => {
  expect(parseConductorLimit(given)).toBe(ms);
});

test.each(['-5', 'soon', '1:2:3:4', '1.5', '99999999999', ':', '5:'])('%j is no time limit', (given) => {
  expect(() => parseConductorLimit(given)).toThrow(expect.objectContaining({ code: 'invalid_time_limit' }));
});

test('times are written as they write them', () => {
  expect([null, 30 * SECOND, 2 * HOUR, 26 * HOUR + 61 * SECOND].map(formatConductorLimit)).toEqual([
    'UNLIMITED',
    '0:00:30',
    '2:00:00',
    '1-02:01:01',
  ]);
  expect([0, 39 * MINUTE + 20_999, 2 * DAY].map(formatElapsed)).toEqual(['0-00:00:00', '0-00:39:20', '2-00:00:00']);
});

test('a limit that was written can be read again', () => {
  for (const ms of [SECOND, 59 * SECOND, 3 * HOUR, 400 * DAY + SECOND]) expect(parseConductorLimit(formatConductorLimit(ms))).toBe(ms);
});
