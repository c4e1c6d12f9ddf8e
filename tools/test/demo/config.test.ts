import { expect, test } from 'vitest';
import { readDemoConfig } from '../../demo/config.ts';

test('a tenth of the sample is predicted', () => {
  expect(readDemoConfig(['--rows', '5000'], {})).toMatchObject({ sampleRows: 5000, inferRows: 500, json: false, homeIsDefault: true });
});

test('WEIR_HOME says where Weir lives', () => {
  const config = readDemoConfig(['--json'], { WEIR_HOME: '/data/weir', PATH: '/bin' });
  expect(config).toMatchObject({ home: '/data/weir', homeIsDefault: false, sampleRows: 200_000, json: true });
  expect(config.environment).toEqual({ WEIR_HOME: '/data/weir', PATH: '/bin' });
});

test.each(['12.5', '0', '-3', 'many', '1e9', ''])('--rows %j is refused with what is allowed', (rows) => {
  expect(() => readDemoConfig([`--rows=${rows}`], {})).toThrow(/--rows is .*use a whole number from 1000/);
});

test('an unknown flag is refused by name', () => {
  expect(() => readDemoConfig(['--row', '5'], {})).toThrow('--row');
});
