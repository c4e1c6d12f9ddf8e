import { mkdirSync, mkdtempSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Workflow } from '@weir/contract';
import { writeSmallData, type SmallData } from './support/small-data.ts';
import { WeirHome } from './support/weir-home.ts';

let home: WeirHome;
let data: SmallData;

beforeAll(async () => {
  data = writeSmallData(mkdtempSync(join(tmpdir(), 'weir-e2e-bad-')));
  home = await WeirHome.start();
});

afterAll(async () => {
  await home.destroy();
  rmSync(data.folder, { recursive: true });
});

/** The submit of the small data with some options replaced, waiting for the end. */
async function submitWith(changes: Readonly<Record<string, string>>) {
  const args = [...data.submitArgs, '--hive-table', 'bad_input'];
  for (const [flag, value] of Object.entries(changes)) {
    const at = args.indexOf(flag);
    if (at < 0) args.push(flag, value);
    else args[at + 1] = value;
  }
  return home.weir([...args, '--wait']);
}

function writeConfig(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(data.folder, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

const sampleOf = (columns: string) => `SELECT ${columns} FROM read_csv('${join(data.folder, 'sample.csv')}')`;

test.each<[string, () => Record<string, string>, RegExp]>([
  ['an empty SQL', () => ({ '--sample-sql': '  ' }), /sample_sql/],
  ['a result table that is not an identifier', () => ({ '--hive-table': 'x; DROP TABLE y' }), /hive_table.*DROP/],
  ['an unknown model', () => ({ '--model': 'NoSuchModel' }), /NoSuchModel.*known:.*DeepFM.*MMoE/],
  ['an unknown experiment', () => ({ '--experiment-id': 'no_such' }), /no_such.*known:.*small_mmoe/],
  ['an unknown warehouse', () => ({ '--warehouse': 'elsewhere' }), /elsewhere.*known:.*local/],
  ['broken YAML', () => ({ '--config-dir': writeConfig('broken', { 'model_config.yaml': 'Base: {a: [1\n' }) }), /model_config\.yaml/],
  ['a missing configuration folder', () => ({ '--config-dir': join(data.folder, 'nowhere') }), /nowhere/],
])('%s is refused at once and leaves no workflow behind', async (_, changes, message) => {
  const before = await home.json<Workflow[]>(['workflow', 'list']);
  const end = await submitWith(changes());
  expect(end.code).not.toBe(0);
  expect(end.stderr).toMatch(message);
  expect(await home.json<Workflow[]>(['workflow', 'list'])).toHaveLength(before.length);
});

test.each<[string, () => Record<string, string>, RegExp]>([
  ['a wrong SQL', () => ({ '--sample-sql': 'SELEC 1' }), /sample_sql.*SELEC/s],
  ['a statement that is no query', () => ({ '--infer-sql': 'DROP TABLE x' }), /infer_sql/],
  ['two statements', () => ({ '--sample-sql': 'SELECT 1; SELECT 2' }), /sample_sql/],
  ['a SQL without rows', () => ({ '--sample-sql': `${sampleOf('*')} WHERE false` }), /sample_sql.*no rows/s],
  ['a file outside the data roots', () => ({ '--sample-sql': "SELECT * FROM read_text('/etc/passwd')" }), /\/etc\/passwd/],
  ['a missing label column', () => ({ '--sample-sql': sampleOf('* EXCLUDE (label_buy)') }), /label_buy/],
  ['a label with one class', () => ({ '--sample-sql': sampleOf('* REPLACE (1 AS label_buy)') }), /label_buy.*1/s],
  [
    'a feature column that is all null',
    () => ({ '--sample-sql': sampleOf('* REPLACE (CAST(NULL AS VARCHAR) AS city_tag)') }),
    /city_tag.*null/is,
  ],
  [
    'type drift between train and infer data',
    () => ({ '--infer-sql': `SELECT * REPLACE (length(city_tag) AS city_tag) FROM read_csv('${join(data.folder, 'infer.csv')}')` }),
    /city_tag.*(VARCHAR|string).*(BIGINT|int)/is,
  ],
])(
  '%s fails the workflow with a clear message and leaves no data set and no table behind',
  async (_, changes, message) => {
    const end = await submitWith(changes());
    expect(end.code).not.toBe(0);
    expect(end.stderr + end.stdout).toMatch(message);
    expect(end.stderr).not.toMatch(/Traceback|at .*\.ts:\d+/);
    const [workflow] = await home.json<Workflow[]>(['workflow', 'list', '--limit', '1']);
    expect(workflow).toMatchObject({ status: 'failed', error_message: expect.stringMatching(message) });
    expect(existsSync(join(home.path, 'datasets', workflow?.dataset_id ?? ''))).toBe(false);
    expect((await home.weir(['warehouse', 'query', '--sql', 'SELECT * FROM bad_input'])).code).not.toBe(0);
  },
  120_000,
);
