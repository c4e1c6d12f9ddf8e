import { expect, test } from 'vitest';
import { formatSpan } from '../../src/output/times.ts';

test.each([
  [-5, '0.0s'],
  [0, '0.0s'],
  [449, '0.4s'],
  [9_940, '9.9s'],
  [9_960, '10s'],
  [59_400, '59s'],
  [59_600, '1m00s'],
  [185_000, '3m05s'],
  [3_599_600, '1h00m'],
  [3_720_000, '1h02m'],
  [86_400_000, '1d00h'],
  [3 * 86_400_000 + 3 * 3_600_000, '3d03h'],
])('%d ms is %s', (ms, text) => expect(formatSpan(ms)).toBe(text));
