import { expect, test } from 'vitest';
import { rateAccounts } from '../../src/accounts/fair-share.ts';
import { decayUsage } from '../../src/accounts/usage-decay.ts';

test('an account that used what its shares give has a half left, one that used nothing all, one that used it all little', () => {
  const rated = rateAccounts(
    new Map([
      ['lab', { shares: 3, usage: 75 }],
      ['team', { shares: 1, usage: 25 }],
    ]),
  );
  expect([...rated.values()]).toEqual([0.5, 0.5]);
  const uneven = rateAccounts(
    new Map([
      ['lab', { shares: 1, usage: 100 }],
      ['team', { shares: 3, usage: 0 }],
    ]),
  );
  expect(uneven.get('lab')).toBe(2 ** -4);
  expect(uneven.get('team')).toBe(1);
});

test('everybody has all left before anybody used anything', () => {
  expect(rateAccounts(new Map([['lab', { shares: 5, usage: 0 }]])).get('lab')).toBe(1);
  expect(rateAccounts(new Map()).size).toBe(0);
});

test('usage halves with each half-life and never grows', () => {
  expect(decayUsage(80, 20, 10)).toBe(20);
  expect(decayUsage(80, 0, 10)).toBe(80);
  expect(decayUsage(80, -50, 10)).toBe(80);
});
