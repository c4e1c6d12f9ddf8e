import { beforeEach, expect, test } from 'vitest';
import type { Ending } from '../../src/session/connection.ts';
import type { Endpoint } from '../../src/session/endpoint.ts';
import { Refusals } from '../../src/session/refusals.ts';
import { OTHER_STORE, TEST_STORE } from '../fake-host.ts';

const A = { url: 'ws://a/api/runner', node: 'n', token: 'one' };
const B = { ...A, url: 'ws://b/api/runner' };
const REFUSED: Ending = { kind: 'refused', status: 401, storeId: TEST_STORE };
const AWAY: Ending = { kind: 'unreachable', reason: 'away' };

let refusals: Refusals;
const note = (endpoint: Endpoint, ending: Ending, now: number) => refusals.note(endpoint, ending, { storeId: TEST_STORE, now });
beforeEach(() => {
  refusals = new Refusals();
});

test('the time of a row of refusals is told', () => {
  expect([0, 10, 25].map((now) => note(A, REFUSED, now))).toEqual([0, 10, 25]);
});

test.each<[string, Ending]>([
  ['a host that is away', AWAY],
  ['a program on the way that refuses', { kind: 'refused', status: 401, storeId: undefined }],
  ['a host of another store that refuses', { kind: 'refused', status: 401, storeId: OTHER_STORE }],
  ['a host that cannot tell because its store is away', { kind: 'refused', status: 503, storeId: TEST_STORE }],
  ['a session', { kind: 'closed', code: 4000, reason: '' }],
])('%s ends a row', (_, ending) => {
  note(A, REFUSED, 0);
  expect(note(A, ending, 5)).toBeUndefined();
  expect(note(A, REFUSED, 10)).toBe(0);
});

test('a host that is away says nothing for another one', () => {
  note(A, REFUSED, 0);
  note(B, AWAY, 5);
  expect(note(A, REFUSED, 10)).toBe(10);
});

test('another token begins anew, and so does everything after a welcome', () => {
  note(A, REFUSED, 0);
  expect(note({ ...A, token: 'two' }, REFUSED, 10)).toBe(0);
  refusals.clear();
  expect(note(A, REFUSED, 20)).toBe(0);
});

test('hosts of another store may refuse for ever, and so may all hosts before the first welcome', () => {
  const foreign: Ending = { kind: 'refused', status: 401, storeId: OTHER_STORE };
  expect([0, 1e9].map((now) => note(A, foreign, now))).toEqual([undefined, undefined]);
  expect([0, 1e9].map((now) => refusals.note(A, REFUSED, { storeId: undefined, now }))).toEqual([undefined, undefined]);
});
