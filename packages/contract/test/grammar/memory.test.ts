import { describe, expect, test } from 'vitest';
import { formatBytes, parseMemory } from '@weir/contract';

describe('an amount of memory', () => {
  test.each([
    ['512M', 512 * 1024 ** 2],
    ['2G', 2 * 1024 ** 3],
    ['2g', 2 * 1024 ** 3],
    ['1.5GiB', 1.5 * 1024 ** 3],
    ['100K', 100 * 1024],
    ['1T', 1024 ** 4],
    ['4096B', 4096],
    ['64', 64 * 1024 ** 2],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseMemory(text)).toBe(bytes);
  });

  test.each(['', '0', '0G', '-1G', '1X', 'G', '1e9', '99999999999999T', '1 2G'])('%j is refused', (text) => {
    expect(() => parseMemory(text)).toThrow(expect.objectContaining({ code: 'invalid_memory' }));
  });

  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [2 * 1024 ** 3, '2.0 GiB'],
    [5000 * 1024 ** 4, '5000.0 TiB'],
  ])('%d bytes are written %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
