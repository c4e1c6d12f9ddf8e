import { beforeEach, expect, test } from 'vitest';
import type { Ending } from '../../src/session/connection.ts';
import { Refusals } from '../../src/session/refusals.ts';

const A = { url: 'ws://a/api/runner', node: 'n', token: 'one' };
const B = { ...A, url: 'ws://b/api/runner' };
const REFUSED: Ending = { kind: 'refused', status: 401, byHost: true };
const AWAY: Ending = { kind: 'unreachable', reason: 'away' };

let refusals: Refusals;
beforeEach(() => {
  refusals = new Refusals();
});

test('the time of a row of refusals is told', () => {
  expect([0, 10, 25].map((now) => refusals.note(A, REFUSED, now))).toEqual([0, 10, 25]);
});

test.each<[string, Ending]>([
  ['a host that is away', AWAY],
  ['a program on the way that refuses', { kind: 'refused', status: 401, byHost: false }],
  ['a host that cannot tell because its store is away', { kind: 'refused', status: 503, byHost: true }],
  ['a session', { kind: 'closed', code: 4000, reason: '' }],
])('%s ends a row', (_, ending) => {
  refusals.note(A, REFUSED, 0);
  expect(refusals.note(A, ending, 5)).toBeUndefined();
  expect(refusals.note(A, REFUSED, 10)).toBe(0);
});

test('a host that is away says nothing for another one', () => {
  refusals.note(A, REFUSED, 0);
  refusals.note(B, AWAY, 5);
  expect(refusals.note(A, REFUSED, 10)).toBe(10);
});

test('another token begins anew, and so does everything after a welcome', () => {
  refusals.note(A, REFUSED, 0);
  expect(refusals.note({ ...A, token: 'two' }, REFUSED, 10)).toBe(0);
  refusals.clear();
  expect(refusals.note(A, REFUSED, 20)).toBe(0);
});
