import { describe, expect, test } from 'vitest';
import { createRandom, createZipf } from '../../demo/data/random.ts';

describe('random numbers', () => {
  test('the same seed gives the same numbers, another seed others', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, createRandom(seed).uniform);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test('uniform numbers fill [0, 1) evenly', () => {
    const { uniform } = createRandom(7);
    const values = Array.from({ length: 100_000 }, uniform);
    const bins = Array.from({ length: 10 }, () => 0);
    for (const value of values) bins[Math.floor(value * 10)]! += 1;
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test('normal numbers have mean 0 and deviation 1', () => {
    const { normal } = createRandom(7);
    const values = Array.from({ length: 100_000 }, normal);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.02);
  });

  test("Zipf's law: the second value is half as frequent as the first, the last one occurs", () => {
    const random = createRandom(7);
    const pick = createZipf(random, 10, 1);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 100_000; draw += 1) counts[pick()]! += 1;
    expect(counts[1]! / counts[0]!).toBeCloseTo(0.5, 1);
    expect(counts[9]! / counts[0]!).toBeCloseTo(0.1, 1);
  });
});
