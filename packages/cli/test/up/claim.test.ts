import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claim, release } from '../../src/up/claim.ts';
import { readLivingRecord, readRecord } from '../../src/up/process-record.ts';

const CLAIMER = fileURLToPath(new URL('fixtures/claimer.ts', import.meta.url));
let home = '';
let record = '';
const children: ChildProcess[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-claim-'));
  record = join(home, 'run', 'up.json');
});
afterEach(async () => {
  await Promise.all(
    children.splice(0).map((child) => {
      const ended = child.exitCode === null ? new Promise((resolve) => child.once('exit', resolve)) : Promise.resolve();
      child.stdin?.end();
      return ended;
    }),
  );
  rmSync(home, { recursive: true });
});

function claimElsewhere(): Promise<string> {
  const child = spawn(process.execPath, [CLAIMER, record], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  return new Promise((resolve) => child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim())));
}

test('a free home is claimed and given up again', () => {
  expect(claim(record).kind).toBe('claimed');
  expect(readLivingRecord(record)?.pid).toBe(process.pid);
  release(record);
  expect(readdirSync(join(home, 'run'))).toEqual([]);
});

test('the second one learns who holds it', async () => {
  claim(record);
  expect(await claimElsewhere()).toBe('held');
  expect(readLivingRecord(record)?.pid).toBe(process.pid);
});

test("another one's claim is not given up", async () => {
  expect(await claimElsewhere()).toBe('claimed');
  release(record);
  expect(readRecord(record)?.pid).toBe(children[0]?.pid);
});

test.each([
  ['a process that is gone', { pid: 4_194_303, startTicks: 1 }],
  ['an earlier process of the same number', { pid: process.pid, startTicks: 1 }],
  ['nobody: half a file', 'half'],
])('the claim of %s is taken over', (_, stale) => {
  mkdirSync(join(home, 'run'));
  writeFileSync(record, JSON.stringify(stale).slice(0, typeof stale === 'string' ? 3 : undefined));
  expect(claim(record).kind).toBe('claimed');
  expect(readLivingRecord(record)?.pid).toBe(process.pid);
});

test('of several that find a stale claim at the same time one gets it', async () => {
  mkdirSync(join(home, 'run'));
  writeFileSync(record, JSON.stringify({ pid: 4_194_303, startTicks: 1 }));
  const claims = await Promise.all(Array.from({ length: 6 }, claimElsewhere));
  expect(claims.toSorted()).toEqual(['claimed', 'held', 'held', 'held', 'held', 'held']);
});
