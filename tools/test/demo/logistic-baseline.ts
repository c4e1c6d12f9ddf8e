import { INFER_COLUMNS } from '../../demo/data/columns.ts';
import type { Row } from '../../demo/data/rows.ts';

const BUCKETS = 2 ** 16;
const EPOCHS = 4;
const RATE = 0.05;
const FEATURES = INFER_COLUMNS.filter((column) => /_(tag|cnt|textlist)$/.test(column.name));

/** What logistic regression on single columns makes of the rows: one weight per value, none for two values together. */
export class LogisticBaseline {
  readonly #weights = new Float64Array(BUCKETS);

  constructor(rows: readonly Row[]) {
    const examples = rows.map((row) => ({ features: readFeatures(row), label: Number(row.clicked) }));
    for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
      for (const { features, label } of examples) {
        const step = RATE * (label - 1 / (1 + Math.exp(-this.#add(features))));
        for (const feature of features) this.#weights[feature]! += step;
      }
    }
  }

  score(row: Row): number {
    return this.#add(readFeatures(row));
  }

  #add(features: readonly number[]): number {
    return features.reduce((sum, feature) => sum + (this.#weights[feature] ?? 0), 0);
  }
}

function readFeatures(row: Row): number[] {
  return FEATURES.flatMap((column) => {
    const value = column.read(row);
    if (typeof value === 'number') return [hash(`${column.name}=${Math.round(2 * Math.log1p(value))}`)];
    return (value ?? 'null').split('^').map((token) => hash(`${column.name}=${token}`));
  });
}

/** FNV-1a. */
function hash(text: string): number {
  let code = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) code = Math.imul(code ^ text.charCodeAt(index), 0x01000193);
  return (code >>> 0) % BUCKETS;
}
