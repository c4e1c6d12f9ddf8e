import { expect, test } from 'vitest';
import { Backoff } from '../../src/session/backoff.ts';
import { toRunnerUrl } from '../../src/session/endpoint.ts';

test.each([
  ['http://127.0.0.1:7766', 'ws://127.0.0.1:7766/api/runner'],
  ['https://weir.example/', 'wss://weir.example/api/runner'],
  ['https://lab.example/weir/', 'wss://lab.example/weir/api/runner'],
])('%s is met at %s', (host, url) => expect(toRunnerUrl(host)).toBe(url));

test('waits start quick, double, and stay under five seconds, each cut by chance', () => {
  const backoff = new Backoff();
  const waits = Array.from({ length: 10 }, () => backoff.next(0));
  expect(waits).toEqual([50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  expect(backoff.next(0.999)).toBeGreaterThan(2500);
  backoff.reset();
  expect(backoff.next(0)).toBe(50);
});
