import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isMissing, readTextIfThere, writeFileAtomic } from '@weir/runtime';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a file is replaced whole, with its mode, its parents made and nothing left beside it', () => {
  const path = join(folder, 'a', 'b', 'file');
  writeFileAtomic(path, 'one', 0o600);
  writeFileAtomic(path, new TextEncoder().encode('two'), 0o600);
  expect(readTextIfThere(path)).toBe('two');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file']);
});

test('a file that is not there reads as undefined, another error is thrown', () => {
  expect(readTextIfThere(join(folder, 'nothing'))).toBeUndefined();
  expect(() => readTextIfThere(folder)).toThrow('EISDIR');
  expect(isMissing(new Error('ENOENT'))).toBe(false);
});
