import { createHash } from 'node:crypto';

export type StoredRow = Readonly<Record<string, unknown>>;

/** Sums up rows so that the same rows in any order give the same text, and any other rows another one (SHA-256 of each, added). */
export class RowChecksum {
  #sum = 0n;
  rows = 0;

  add(row: StoredRow): void {
    const cells = Object.keys(row)
      .sort()
      .map((name) => [name, row[name]]);
    const hash = createHash('sha256').update(JSON.stringify(cells)).digest();
    this.#sum = BigInt.asUintN(128, this.#sum + hash.readBigUInt64BE(0) * (1n << 64n) + hash.readBigUInt64BE(8));
    this.rows += 1;
  }

  get text(): string {
    return this.#sum.toString(16).padStart(32, '0');
  }
}
