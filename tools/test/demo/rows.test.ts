import { describe, expect, test } from 'vitest';
import { INFER_COLUMNS, SAMPLE_COLUMNS } from '../../demo/data/columns.ts';
import { bestPossibleAuc, expectedAuc } from '../../demo/data/expected-auc.ts';
import { generateRows } from '../../demo/data/rows.ts';
import { LogisticBaseline } from './logistic-baseline.ts';

const rows = [...generateRows(24_000, 1)];

describe("the demo's rows", () => {
  test('are the same for the same seed, and others for another', () => {
    expect([...generateRows(50, 1)]).toEqual(rows.slice(0, 50));
    expect([...generateRows(50, 2)]).not.toEqual(rows.slice(0, 50));
  });

  test('about 20 % are clicked and about 6 % convert, as often as their true probabilities say', () => {
    const share = (count: number) => count / rows.length;
    const clicked = share(rows.filter((row) => row.clicked).length);
    const converted = share(rows.filter((row) => row.converted).length);
    expect(clicked).toBeGreaterThan(0.18);
    expect(clicked).toBeLessThan(0.22);
    expect(converted).toBeGreaterThan(0.05);
    expect(converted).toBeLessThan(0.07);
    expect(Math.abs(clicked - share(rows.reduce((sum, row) => sum + row.chances.click, 0)))).toBeLessThan(0.01);
    expect(Math.abs(converted - share(rows.reduce((sum, row) => sum + row.chances.convert, 0)))).toBeLessThan(0.01);
  });

  test('no conversion without a click', () => {
    expect(rows.filter((row) => row.converted && !row.clicked)).toEqual([]);
    expect(rows.every((row) => row.chances.convert <= row.chances.click)).toBe(true);
  });

  test('single columns say little, together they say a lot', () => {
    const baseline = new LogisticBaseline(rows.slice(0, 20_000));
    const fresh = rows.slice(20_000);
    const linear = expectedAuc(fresh.map((row) => ({ score: baseline.score(row), probability: row.chances.click })));
    const best = bestPossibleAuc(fresh.map((row) => row.chances.click));
    expect(linear).toBeGreaterThan(0.6);
    expect(best - linear).toBeGreaterThan(0.1);
  });

  test('every kind of column is there, some values are missing, some sequences are empty', () => {
    const names = SAMPLE_COLUMNS.map((column) => column.name);
    for (const suffix of ['_tag', '_cnt', '_textlist', '_id']) expect(names.some((name) => name.endsWith(suffix))).toBe(true);
    const withNulls = SAMPLE_COLUMNS.filter((column) => rows.some((row) => column.read(row) === null)).map((column) => column.name);
    expect(withNulls).toEqual(['city_tag', 'brand_tag', 'user_visits_cnt', 'user_orders_cnt']);
    const interests = SAMPLE_COLUMNS.find((column) => column.name === 'interests_textlist')!;
    expect(rows.some((row) => interests.read(row) === '')).toBe(true);
    expect(rows.some((row) => String(interests.read(row)).includes('^'))).toBe(true);
  });

  test('rows to predict carry no outcome', () => {
    const outcomes = SAMPLE_COLUMNS.filter((column) => !INFER_COLUMNS.includes(column)).map((column) => column.name);
    expect(outcomes).toEqual(['label_click', 'label_convert']);
  });
});
