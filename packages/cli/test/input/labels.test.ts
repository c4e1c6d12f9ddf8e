import { expect, test } from 'vitest';
import { readLabels } from '../../src/input/labels.ts';

test('labels are a comma list, values may be empty', () =>
  expect(readLabels('--labels', 'rack=2, lab.example/gpu=a100,spare=')).toEqual({ rack: '2', 'lab.example/gpu': 'a100', spare: '' }));

test.each(['rack', '=2', 'a b=1', 'a=b=c', `${'k'.repeat(64)}=1`])('%j is refused', (text) =>
  expect(() => readLabels('--labels', text)).toThrow(`--labels: "${text}" is not a label`),
);
