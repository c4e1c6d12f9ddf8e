import { expect, test } from 'vitest';
import { BeatWatch } from '../../src/cluster/beat-watch.ts';

let now = 0;
const watch = () => {
  now = 1_000;
  return new BeatWatch(2_000, () => now);
};
const at = (ms: number, of: BeatWatch, count: number) => {
  now = ms;
  return of.look('node', count);
};

test('silence counts from the first look, while the count does not change', () => {
  const beats = watch();
  expect(at(1_000, beats, 7)).toEqual({ silentMs: 0, changed: false });
  expect(at(2_000, beats, 7)).toEqual({ silentMs: 1_000, changed: false });
  expect(at(3_500, beats, 7)).toEqual({ silentMs: 2_500, changed: false });
  expect(at(4_000, beats, 8)).toEqual({ silentMs: 0, changed: true });
  expect(at(5_000, beats, 8)).toEqual({ silentMs: 1_000, changed: false });
});

test('a count that is smaller than before is a sign of life too', () => {
  const beats = watch();
  at(1_000, beats, 7);
  expect(at(2_000, beats, 1)).toEqual({ silentMs: 0, changed: true });
});

test('time in which nobody looked counts as one gap at most: who slept himself has not heard silence', () => {
  const beats = watch();
  at(1_000, beats, 7);
  expect(at(3_600_000, beats, 7).silentMs).toBe(2_000);
});

test('what is forgotten begins anew', () => {
  const beats = watch();
  at(1_000, beats, 7);
  beats.keepOnly(['other']);
  expect(at(2_000, beats, 7)).toEqual({ silentMs: 0, changed: false });
  beats.clear();
  expect(at(3_000, beats, 9)).toEqual({ silentMs: 0, changed: false });
});
