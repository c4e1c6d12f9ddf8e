import { expect, test } from 'vitest';
import { Histogram } from '../../../src/metrics/core/histogram.ts';
import { formatMetrics } from '../../../src/metrics/core/text-format.ts';

test('metrics are written with help, type and one line a sample', () => {
  const text = formatMetrics([
    { name: 'weir_jobs', help: 'Jobs', type: 'gauge', samples: [{ labels: { state: 'pending', user: 'ann' }, value: 3 }, { value: 0.5 }] },
    { name: 'weir_none', help: 'Nothing yet', type: 'counter', samples: [] },
  ]);
  expect(text).toBe(
    '# HELP weir_jobs Jobs\n# TYPE weir_jobs gauge\nweir_jobs{state="pending",user="ann"} 3\nweir_jobs 0.5\n' +
      '# HELP weir_none Nothing yet\n# TYPE weir_none counter\n',
  );
});

test.each([
  ['plain', 'plain'],
  ['a"b', String.raw`a\"b`],
  [String.raw`a\b`, String.raw`a\\b`],
  ['a\nb', String.raw`a\nb`],
  [String.raw`\n`, String.raw`\\n`],
  ['{é}\u{1F600}', '{é}\u{1F600}'],
])('the label value %j is written as %s', (value, written) => {
  const text = formatMetrics([{ name: 'm', help: 'h', type: 'gauge', samples: [{ labels: { l: value }, value: 1 }] }]);
  expect(text).toBe(`# HELP m h\n# TYPE m gauge\nm{l="${written}"} 1\n`);
});

test('help is kept on one line, its quotes as they are', () => {
  const [first] = formatMetrics([{ name: 'm', help: 'a\\b\n"c"', type: 'gauge', samples: [] }]).split('\n');
  expect(first).toBe(String.raw`# HELP m a\\b\n"c"`);
});

test.each([
  [Number.NaN, 'NaN'],
  [Infinity, '+Inf'],
  [-Infinity, '-Inf'],
  [1e21, '1e+21'],
  [-0.25, '-0.25'],
])('the value %d is written as %s', (value, written) => {
  expect(formatMetrics([{ name: 'm', help: 'h', type: 'gauge', samples: [{ value }] }])).toContain(`m ${written}\n`);
});

test('a histogram counts what is at most as large as each bound', () => {
  const histogram = new Histogram([1, 5]);
  for (const value of [0.5, 1, 3, 100]) histogram.observe(value);
  const text = formatMetrics([{ name: 'h', help: 'h', type: 'histogram', samples: histogram.samples() }]);
  expect(text.split('\n').slice(2, -1)).toEqual([
    'h_bucket{le="1"} 2',
    'h_bucket{le="5"} 3',
    'h_bucket{le="+Inf"} 4',
    'h_sum 104.5',
    'h_count 4',
  ]);
});
