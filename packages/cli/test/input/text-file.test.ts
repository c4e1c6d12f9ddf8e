import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readTextFile, readTextOption } from '../../src/input/text-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-text-'));
const rule = { what: '--script', maxBytes: 100 };
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: string | Uint8Array): string {
  const path = join(folder, 'text');
  writeFileSync(path, content);
  return path;
}

test('a text file is read as it is', () => expect(readTextFile(fileOf('\ufeffähm\n\n'), rule)).toBe('\ufeffähm\n\n'));

test('an option is its own text', () => expect(readTextOption('select 1', rule)).toBe('select 1'));

test('an option with @ names the file of its text', () => expect(readTextOption(`@${fileOf('select 2')}`, rule)).toBe('select 2'));

test('a file that is not there is refused by name', () =>
  expect(() => readTextFile(join(folder, 'none'), rule)).toThrow(`--script: cannot read ${join(folder, 'none')}: no such file`));

test('a directory is refused', () => {
  mkdirSync(join(folder, 'dir'), { recursive: true });
  expect(() => readTextFile(join(folder, 'dir'), rule)).toThrow('dir is a directory');
});

test.each([
  ['too long', 'x'.repeat(101), 'has 101 bytes, at most 100 are taken'],
  ['not UTF-8', Uint8Array.of(0xff, 0xfe), 'is not text in UTF-8'],
  ['with a NUL', 'a\0b', 'is not text in UTF-8'],
  ['empty', '', 'is empty'],
  ['blank', ' \n\t', 'is empty'],
])('a file that is %s is refused', (_, content, message) => expect(() => readTextFile(fileOf(content), rule)).toThrow(message));
