import { expect, test } from 'vitest';
import { readInstant, readPast } from '../../src/input/begin-time.ts';

const NOW = new Date(2026, 0, 31, 15, 30);
const local = (...parts: [number, number, number, number?, number?]) =>
  new Date(parts[0], parts[1], parts[2], parts[3] ?? 0, parts[4] ?? 0).toISOString();

test.each([
  ['now', NOW.toISOString()],
  ['now+1h30m', local(2026, 0, 31, 17, 0)],
  ['now+2hours', local(2026, 0, 31, 17, 30)],
  ['now+90', new Date(NOW.getTime() + 90_000).toISOString()],
  ['16:00', local(2026, 0, 31, 16)],
  ['08:15', local(2026, 1, 1, 8, 15)],
  ['tomorrow', local(2026, 1, 1)],
  ['2026-02-03', local(2026, 1, 3)],
  ['2026-02-03T04:05', local(2026, 1, 3, 4, 5)],
  ['2026-02-03T04:05:06Z', '2026-02-03T04:05:06.000Z'],
  ['2026-02-03T04:05:06+02:00', '2026-02-03T02:05:06.000Z'],
])('%s', (text, at) => expect(readInstant('--begin', text, NOW)).toBe(at));

test.each(['', 'soon', '25:00', '16:60', '2026-13-01', '2026-02-03 04:05', 'now-1h', 'now+'])('%j is refused', (text) =>
  expect(() => readInstant('--begin', text, NOW)).toThrow(),
);

test('a span means the past where the past is asked for', () => {
  expect(readPast('--since', '2h', NOW)).toBe(local(2026, 0, 31, 13, 30));
  expect(readPast('--since', '2026-01-01', NOW)).toBe(local(2026, 0, 1));
});
