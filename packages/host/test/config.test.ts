import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-config-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const read = (env: Record<string, string>) => readConfig({ WEIR_HOME: home, ...env });

test('without variables the store is a file of the home and the policy is the documented one', () => {
  expect(read({})).toMatchObject({
    storeUrl: join(home, 'weir.db'),
    redisUrl: undefined,
    policy: { weights: { age: 1000, fairShare: 2000, size: 0, user: 1000 }, strategy: 'binpack', bookings: 10 },
    retention: { jobsMs: 30 * 86_400_000, auditMs: 365 * 86_400_000 },
  });
});

test('an empty variable counts as not set', () => {
  const names = ['WEIR_PORT', 'WEIR_STORE', 'POSTGRES_HOST', 'REDIS_HOST', 'WEIR_LOG_LEVEL', 'WEIR_BOOKINGS', 'NODE_NAME', 'FUXICTR_ROOT'];
  expect(read(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(read({}));
});

test('the names of conductor and of the FuxiCTR workflow are understood, ours first', () => {
  const theirs = {
    POSTGRES_HOST: 'db',
    POSTGRES_PORT: '5433',
    POSTGRES_DB: 'lab',
    POSTGRES_USER: 'a b',
    POSTGRES_PASSWORD: 'p@ss/word',
    REDIS_HOST: '::1',
    REDIS_PASSWORD: 'secret',
    REDIS_DB: '2',
    NODE_NAME: 'n1',
    API_HOST: '0.0.0.0',
    API_PORT: '8000',
    LOG_LEVEL: 'WARNING',
    FUXICTR_ROOT: '/opt/fuxictr',
  };
  expect(read(theirs)).toMatchObject({
    storeUrl: 'postgres://a%20b:p%40ss%2Fword@db:5433/lab',
    redisUrl: 'redis://:secret@[::1]:6379/2',
    localNode: 'n1',
    listen: '0.0.0.0',
    port: 8000,
    logLevel: 'warn',
    fuxictrRoot: '/opt/fuxictr',
  });
  expect(read({ ...theirs, WEIR_STORE: 'postgresql://x/y', WEIR_PORT: '1', WEIR_LOG_LEVEL: 'debug' })).toMatchObject({
    storeUrl: 'postgresql://x/y',
    port: 1,
    logLevel: 'debug',
  });
});

test.each([
  ['WEIR_PORT', '65536'],
  ['API_PORT', '80 '],
  ['WEIR_HEARTBEAT_MS', '0'],
  ['WEIR_WEIGHT_AGE', '-1'],
  ['WEIR_STRATEGY', 'best'],
  ['WEIR_KEEP_JOBS_MS', '1d'],
  ['LOG_LEVEL', 'loud'],
  ['WEIR_STORE', 'mysql://x'],
  ['WEIR_REDIS', 'localhost:6379'],
  ['WEIR_ADVERTISE_URL', 'host-1'],
  ['POSTGRES_HOST', 'a/b'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(
    expect.objectContaining({ code: 'invalid_input', detail: expect.objectContaining({ field: name }) }),
  );
});

test('a store URL that is refused is not repeated: it may hold a password', () => {
  expect(() => read({ WEIR_STORE: 'pg://u:hidden@db' })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hidden') }),
  );
});

test('the id of the host stays as long as its home', () => {
  const { hostId } = read({});
  expect(read({}).hostId).toBe(hostId);
  rmSync(join(home, 'host-id'));
  expect(read({}).hostId).not.toBe(hostId);
});
