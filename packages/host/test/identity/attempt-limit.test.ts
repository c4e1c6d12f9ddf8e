import { describe, expect, test } from 'vitest';
import { AttemptLimit, toNetwork } from '../../src/identity/attempt-limit.ts';

describe('an address that failed too often', () => {
  let at = 0;
  const limit = () => new AttemptLimit({ most: 3, windowMs: 60_000, now: () => at });

  test('is refused until its window is over, and no other address with it', () => {
    const attempts = limit();
    at = 0;
    for (let failure = 0; failure < 3; failure += 1) {
      attempts.check('10.0.0.1');
      attempts.fail('10.0.0.1');
    }
    expect(() => attempts.check('10.0.0.1')).toThrow('try again in 60 seconds');
    expect(() => attempts.check('10.0.0.2')).not.toThrow();
    at = 59_500;
    expect(() => attempts.check('10.0.0.1')).toThrow('try again in 1 seconds');
    at = 59_999.9;
    expect(() => attempts.check('10.0.0.1')).toThrow(expect.objectContaining({ retryAfterSeconds: 1 }));
    at = 60_000;
    expect(() => attempts.check('10.0.0.1')).not.toThrow();
    attempts.fail('10.0.0.1');
    expect(() => attempts.check('10.0.0.1')).not.toThrow();
  });

  test('is still refused after a flood from fewer addresses than are remembered', () => {
    const attempts = limit();
    at = 0;
    for (let failure = 0; failure < 3; failure += 1) attempts.fail('10.0.0.1');
    for (let other = 0; other < 9_000; other += 1) attempts.fail(`host-${other}`);
    expect(() => attempts.check('10.0.0.1')).toThrow('too many wrong tokens from 10.0.0.1');
  });
});

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0DB8:0001:0002::6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['::', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['', ''],
])('the network of %s is %s', (address, network) => {
  expect(toNetwork(address)).toBe(network);
});
