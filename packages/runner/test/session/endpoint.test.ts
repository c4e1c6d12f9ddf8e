import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Backoff } from '../../src/session/backoff.ts';
import { findEndpoint, toRunnerUrl } from '../../src/session/endpoint.ts';

test.each([
  ['http://127.0.0.1:7766', 'ws://127.0.0.1:7766/api/runner'],
  ['https://weir.example/', 'wss://weir.example/api/runner'],
  ['https://lab.example/weir/', 'wss://lab.example/weir/api/runner'],
])('%s is met at %s', (host, url) => expect(toRunnerUrl(host)).toBe(url));

test('turns go round the hosts of a cluster', () => {
  const home = mkdtempSync(join(tmpdir(), 'weir-endpoint-'));
  writeFileSync(join(home, 'token'), JSON.stringify({ node: 'gpu-1', token: 'secret' }));
  const sources = { home, hostUrls: ['http://a:1', 'http://b:2'], nodeName: null, nodeTokenFile: join(home, 'token') };
  expect([0, 1, 2].map((turn) => findEndpoint(sources, turn).url)).toEqual([
    'ws://a:1/api/runner',
    'ws://b:2/api/runner',
    'ws://a:1/api/runner',
  ]);
  expect(() => findEndpoint({ ...sources, hostUrls: [] }, 5)).toThrow(/host\.json is not there \(yet\)/);
  rmSync(home, { recursive: true });
});

test('waits start quick, double, and stay under five seconds, each cut by chance', () => {
  const backoff = new Backoff();
  const waits = Array.from({ length: 10 }, () => backoff.next(0));
  expect(waits).toEqual([50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  expect(backoff.next(0.999)).toBeGreaterThan(2500);
  backoff.reset();
  expect(backoff.next(0)).toBe(50);
});
