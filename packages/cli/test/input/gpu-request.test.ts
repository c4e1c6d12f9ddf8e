import { expect, test } from 'vitest';
import { readGpus } from '../../src/input/gpu-request.ts';

test.each([
  ['2', { gpus: 2 }],
  ['0', { gpus: 0 }],
  ['a100:2', { gpus: 2, gpu_type: 'a100' }],
  ['H200', { gpus: 1, gpu_type: 'H200' }],
  ['RTX 4090:1', { gpus: 1, gpu_type: 'RTX 4090' }],
])('%s', (text, request) => expect(readGpus(text)).toEqual(request));

test.each(['', '-1', ':2', 'a100:', 'a100:x', '1025', '1:2'])('%j is refused', (text) => expect(() => readGpus(text)).toThrow('--gpus is'));
