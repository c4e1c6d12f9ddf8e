import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WelcomeFile } from '../../src/session/welcome-file.ts';
import { OTHER_STORE, TEST_STORE } from '../fake-host.ts';

let folder: string;
let logged: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-welcome-'));
  logged = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = () => join(folder, 'welcome.json');
const open = () => new WelcomeFile(path(), pino({ level: 'warn' }, { write: (line) => logged.push(line) }));

test('a node that was never welcomed belongs to no store', () => {
  expect(open().last).toBeUndefined();
  expect(logged).toEqual([]);
});

test('the last welcome is found again, and nothing of it but what is needed', () => {
  const file = open();
  file.keep({ storeId: OTHER_STORE, lostAfterMs: 60_000 });
  file.keep(Object.assign({ storeId: TEST_STORE, lostAfterMs: 600_000 }, { attempts: [] }));
  for (const found of [file.last, open().last]) expect(found).toEqual({ storeId: TEST_STORE, lostAfterMs: 600_000 });
  expect(readdirSync(folder)).toEqual(['welcome.json']);
});

test.each([
  '',
  '{',
  'null',
  `{"storeId":"${TEST_STORE}"}`,
  '{"storeId":"x","lostAfterMs":5}',
  `{"storeId":"${TEST_STORE}","lostAfterMs":0}`,
])('a file with %j is told of and counts as none', (text) => {
  writeFileSync(path(), text);
  expect(open().last).toBeUndefined();
  expect(logged).toEqual([expect.stringContaining('cannot be read')]);
});

test('what cannot be written holds for as long as the runner lives', () => {
  mkdirSync(path());
  const file = open();
  file.keep({ storeId: TEST_STORE, lostAfterMs: 5 });
  expect(file.last).toEqual({ storeId: TEST_STORE, lostAfterMs: 5 });
  expect(logged.at(-1)).toContain('cannot keep which store this node belongs to');
});
