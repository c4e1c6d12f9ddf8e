import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { provideData } from '../../demo/data/write-data.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-demo-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const make = (seed: number) => provideData({ directory, sampleRows: 2000, inferRows: 200, seed });

test('the files hold the rows, typed, and nothing is left beside them', async () => {
  const data = await make(1);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const count = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson()[0];
  expect(await count(`SELECT count(*), count(city_tag) < count(*), sum(label_click) FROM '${data.samplePath}'`)).toEqual([
    '2000',
    true,
    expect.any(String),
  ]);
  expect(await count(`SELECT count(*), min(label_click_true_probability) > 0 FROM '${data.inferPath}'`)).toEqual(['200', true]);
  const types = await connection.runAndReadAll(`DESCRIBE SELECT user_id, age_tag, item_views_cnt, label_click FROM '${data.samplePath}'`);
  expect(types.getRowsJson().map((row) => row[1])).toEqual(['BIGINT', 'VARCHAR', 'INTEGER', 'INTEGER']);
  connection.closeSync();
  instance.closeSync();
  expect(readdirSync(directory)).toEqual(['2000-200-seed1-v1']);
  expect(readdirSync(join(directory, '2000-200-seed1-v1')).sort()).toEqual(['infer.parquet', 'sample.parquet']);
});

test('a data set that is there is used again', async () => {
  const before = statSync((await make(1)).samplePath);
  expect(statSync((await make(1)).samplePath).ino).toBe(before.ino);
});

test('the same seed writes the same bytes', async () => {
  const first = readFileSync((await make(1)).inferPath);
  rmSync(join(directory, '2000-200-seed1-v1'), { recursive: true });
  expect(readFileSync((await make(1)).inferPath).equals(first)).toBe(true);
});
