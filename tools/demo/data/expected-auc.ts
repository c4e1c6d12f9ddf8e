/** A row whose true chance is known, and what a model says of it. */
export interface Scored {
  readonly score: number;
  readonly probability: number;
}

/**
 * The AUC that the scores are expected to get when labels are drawn by the true probabilities: a row counts as a positive with weight
 * `probability` and as a negative with the rest (Mann-Whitney with weights; equal scores count half). NaN when one class has no weight.
 */
export function expectedAuc(rows: readonly Scored[]): number {
  const sorted = [...rows].sort((a, b) => a.score - b.score);
  let negativesBelow = 0;
  let positives = 0;
  let pairs = 0;
  for (let start = 0; start < sorted.length;) {
    const tie = readTie(sorted, start);
    pairs += tie.positives * (negativesBelow + tie.negatives / 2);
    positives += tie.positives;
    negativesBelow += tie.negatives;
    start = tie.end;
  }
  return pairs / (positives * negativesBelow);
}

/** The best AUC that any model can be expected to get: that of the true probabilities themselves. */
export function bestPossibleAuc(probabilities: readonly number[]): number {
  return expectedAuc(probabilities.map((probability) => ({ score: probability, probability })));
}

function readTie(sorted: readonly Scored[], start: number): { positives: number; negatives: number; end: number } {
  const score = sorted[start]?.score;
  let positives = 0;
  let end = start;
  for (let row = sorted[end]; row !== undefined && row.score === score; row = sorted[end]) {
    positives += row.probability;
    end += 1;
  }
  return { positives, negatives: end - start - positives, end };
}
