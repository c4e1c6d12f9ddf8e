import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeConfigFiles } from '../../src/experiments/config-files.ts';
import { writeNumber, writeYaml } from '../../src/experiments/yaml-writer.ts';
import { enginePython, engineReason, makeHome } from '../support/run-stage.ts';

const TRAPS = {
  texts: [
    'yes',
    'No',
    'on',
    'OFF',
    'y',
    'null',
    '~',
    '',
    '1e-8',
    '1.0e-08',
    '012',
    '1:30',
    '0x1f',
    '1_000',
    '2026-01-01',
    '=',
    '<<',
    '.inf',
    '- a',
    'a: b',
    '#x',
    '&a',
    '*a',
    '!t',
    '"q"',
    "it's",
    ' pad ',
    'two\nlines',
    'tab\t',
    '优惠',
    '\u0000',
  ],
  numbers: [1e-8, -2.5e-7, 1e21, 1.5e300, 0, 1, -3, 0.1, 123456789012, 1e-3],
  others: [true, false, null, [], {}, [[1], { a: [] }]],
  yes: 1,
  '12': 2,
  'with space': { off: 'x', '1e5': 3, 'a: b': [1] },
};

test.each([
  [1e-8, '1.0e-08'],
  [2.5e-7, '2.5e-07'],
  [1e300, '1.0e+300'],
  [0.001, '0.001'],
  [3, '3'],
])('the number %d is written as %s', (value, text) => {
  expect(writeNumber(value)).toBe(text);
});

test('texts are quoted and plain names are not', () => {
  expect(writeYaml({ model: 'MMoE', on: 'off' })).toBe('model: "MMoE"\n"on": "off"\n');
});

test.skipIf(enginePython === undefined)(`PyYAML reads back what was written${engineReason}`, () => {
  const script = 'import sys, yaml, json; print(json.dumps(yaml.load(sys.stdin.buffer.read().decode(), Loader=yaml.FullLoader)))';
  const read = execFileSync(enginePython ?? '', ['-c', script], { input: writeYaml(TRAPS), encoding: 'utf8' });
  expect(JSON.parse(read)).toEqual(TRAPS);
});

test.skipIf(enginePython === undefined)(`FuxiCTR's own load_config reads the merged configuration${engineReason}`, () => {
  using at = makeHome();
  const modelParams = { model: 'MMoE', dataset_id: 'data.1', embedding_regularizer: 1e-8, monitor: { AUC: 1 } };
  const datasetParams = { data_format: 'parquet', label_col: [{ name: 'on', dtype: 'float' }] };
  writeConfigFiles(join(at.home, 'config'), 'data.1', { model: 'MMoE', modelId: 'exp_task1', modelParams, datasetParams, params: {} });
  const script = 'import sys, json; from fuxictr.utils import load_config; print(json.dumps(load_config(sys.argv[1], sys.argv[2])))';
  const read: unknown = JSON.parse(
    execFileSync(enginePython ?? '', ['-c', script, join(at.home, 'config'), 'exp_task1'], { encoding: 'utf8' }),
  );
  expect(read).toEqual({ ...modelParams, ...datasetParams, model_id: 'exp_task1' });
});
