import { closeSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLog, tailOfLog } from '../../src/up/log-file.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-log-'));
  path = join(folder, 'logs', 'host.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

function append(text: string): void {
  const file = openLog(path);
  writeSync(file, text);
  closeSync(file);
}

test('a log is appended to and read by nobody else', () => {
  append('one\n');
  append('two\n');
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a large log is moved aside, three are kept', () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    append(name);
    truncateSync(path, 10 * 1024 * 1024 + 1);
  }
  append('now');
  expect(readFileSync(path, 'utf8')).toBe('now');
  expect(['.1', '.2', '.3'].map((end) => readFileSync(`${path}${end}`, 'latin1')[0])).toEqual(['e', 'd', 'c']);
  expect(statSync(`${path}.4`, { throwIfNoEntry: false })).toBeUndefined();
});

test('the tail has only what came after the mark', () => {
  append('old\n');
  append('1\n2\n3\n');
  expect(tailOfLog(path, 4, 2)).toEqual(['2', '3']);
  expect(tailOfLog(path, 4, 9)).toEqual(['1', '2', '3']);
  expect(tailOfLog(path, 10, 9)).toEqual([]);
});

test('a log that was moved aside since the mark is read from its begin', () => {
  append('new\n');
  expect(tailOfLog(path, 1000, 9)).toEqual(['new']);
});

test('a log that is not there has no tail', () => {
  expect(tailOfLog(join(folder, 'none'), 0, 9)).toEqual([]);
  writeFileSync(join(folder, 'empty'), '');
  expect(tailOfLog(join(folder, 'empty'), 0, 9)).toEqual([]);
});
