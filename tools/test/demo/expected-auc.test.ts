import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bestPossibleAuc, expectedAuc } from '../../demo/data/expected-auc.ts';

const pair = fc.record({ score: fc.integer({ min: 0, max: 5 }), probability: fc.double({ min: 0.01, max: 0.99, noNaN: true }) });

describe('expected AUC', () => {
  test('certain outcomes give the ordinary AUC', () => {
    const rows = [
      { score: 0.1, probability: 0 },
      { score: 0.4, probability: 0 },
      { score: 0.35, probability: 1 },
      { score: 0.8, probability: 1 },
    ];
    expect(expectedAuc(rows)).toBe(0.75);
  });

  test('equal scores know nothing', () => {
    expect(
      expectedAuc([
        { score: 1, probability: 0.2 },
        { score: 1, probability: 0.9 },
      ]),
    ).toBeCloseTo(0.5, 12);
  });

  test('it equals the sum over all pairs of rows', () => {
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 12 }), (rows) => {
        let won = 0;
        let total = 0;
        for (const a of rows) {
          for (const b of rows) {
            const weight = a.probability * (1 - b.probability);
            total += weight;
            won += weight * (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0);
          }
        }
        expect(expectedAuc(rows)).toBeCloseTo(won / total, 9);
      }),
    );
  });

  test('no score does better than the true probabilities', () => {
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2, maxLength: 20 }), (rows) => {
        expect(expectedAuc(rows)).toBeLessThanOrEqual(bestPossibleAuc(rows.map((row) => row.probability)) + 1e-12);
      }),
    );
  });
});
