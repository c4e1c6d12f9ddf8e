import { appendFileSync, mkdirSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogReader, type LogRequest } from '../../src/logs/log-reader.ts';
import { makeNodeFolders, type NodeFolders } from '../../src/node-folders.ts';

let folders: NodeFolders;
let path: string;
const live = new Set<() => void>();
let isLive: boolean;

beforeEach(() => {
  folders = makeNodeFolders(mkdtempSync(join(tmpdir(), 'weir-logs-')));
  mkdirSync(join(folders.jobs, '1'));
  path = join(folders.jobs, '1', '1.stdout');
  isLive = false;
  live.clear();
});
afterEach(() => rmSync(folders.home, { recursive: true }));

function endAttempt(): void {
  isLive = false;
  for (const resolve of live) resolve();
}

const reader = () =>
  new LogReader(folders, {
    isLive: () => isLive,
    whenEnded: (_, signal) =>
      new Promise((resolve) => {
        live.add(resolve);
        signal.addEventListener('abort', () => resolve());
      }),
  });
const request = (more: Partial<LogRequest> = {}): LogRequest => ({
  type: 'readLog',
  requestId: 5,
  jobId: 1,
  attempt: 1,
  stream: 'stdout',
  offset: 0,
  tailLines: null,
  limit: 1024,
  waitMs: 0,
  ...more,
});
const never = new AbortController().signal;
const read = async (more?: Partial<LogRequest>) => {
  const chunk = await reader().read(request(more), never);
  return chunk === undefined ? undefined : { ...chunk, data: Buffer.from(chunk.data).toString() };
};

test('a piece is given from a byte on, up to a limit, with the size of the whole', async () => {
  writeFileSync(path, 'hello world');
  expect(await read({ offset: 6, limit: 3 })).toEqual({ requestId: 5, offset: 6, size: 11, ended: true, data: 'wor' });
  expect(await read({ offset: 11 })).toMatchObject({ data: '', size: 11 });
  expect(await read({ offset: 99 })).toMatchObject({ data: '', size: 11, offset: 99 });
});

test('a log that is not there is nothing, unless its attempt is about to write it', async () => {
  expect(await read()).toBeUndefined();
  isLive = true;
  expect(await read()).toMatchObject({ data: '', size: 0, ended: false });
});

test.each([
  ['a\nb\nc\n', 0, ''],
  ['a\nb\nc\n', 1, 'c\n'],
  ['a\nb\nc\n', 2, 'b\nc\n'],
  ['a\nb\nc\n', 3, 'a\nb\nc\n'],
  ['a\nb\nc\n', 9, 'a\nb\nc\n'],
  ['a\nb\nc', 1, 'c'],
  ['a\n\n\n', 2, '\n\n'],
  ['\n', 1, '\n'],
  ['', 3, ''],
  ['abc', 1, 'abc'],
])('the last lines of %j, %i of them, are %j', async (text, tailLines, expected) => {
  writeFileSync(path, text);
  expect(await read({ tailLines })).toMatchObject({ data: expected, offset: text.length - expected.length });
});

test('the last lines are found over many blocks', async () => {
  const lines = Array.from({ length: 100_000 }, (_, index) => `line ${index}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  const expected = `${lines.slice(-60_000).join('\n')}\n`;
  expect(await read({ tailLines: 60_000, limit: 4 * 1024 * 1024 })).toMatchObject({ data: expected });
});

test('the tail of a 2 GB log takes little memory and looks back 64 MiB at most', async () => {
  writeFileSync(path, '');
  truncateSync(path, 2 * 1024 ** 3);
  appendFileSync(path, '\nlast line\n');
  const before = process.memoryUsage().rss;
  expect(await read({ tailLines: 1 })).toMatchObject({ data: 'last line\n' });
  const chunk = await read({ tailLines: 1000, limit: 16 });
  expect(chunk?.offset).toBe(2 * 1024 ** 3 + 11 - 64 * 1024 ** 2);
  expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 ** 2);
});

test('a reader that waits gets the first bytes when they come', async () => {
  isLive = true;
  writeFileSync(path, 'old');
  const answer = read({ offset: 3, waitMs: 60_000 });
  const file = openSync(path, 'a');
  writeSync(file, 'new');
  closeSync(file);
  expect(await answer).toMatchObject({ offset: 3, data: 'new', ended: false });
});

test('a reader that waits for a file that is not there yet gets its first bytes', async () => {
  isLive = true;
  const answer = read({ waitMs: 60_000 });
  writeFileSync(path, 'first');
  expect(await answer).toMatchObject({ offset: 0, data: 'first' });
});

test('a reader that waits is let go when the attempt ends', async () => {
  isLive = true;
  writeFileSync(path, 'all');
  const answer = read({ offset: 3, waitMs: 60_000 });
  while (live.size === 0) await new Promise((resolve) => setImmediate(resolve));
  endAttempt();
  expect(await answer).toMatchObject({ offset: 3, data: '', ended: true });
});

test('a reader that waits in vain gets an empty piece', async () => {
  isLive = true;
  writeFileSync(path, 'all');
  expect(await read({ offset: 3, waitMs: 30 })).toMatchObject({ data: '', ended: false });
});
