import { expect, test } from 'vitest';
import { listCommands, listLinks, listPaths, listScripts } from './mentions.ts';

test('paths of the repository are found in text, tables and code, without what only looks like one', () => {
  const text =
    'See `packages/host/src/main.ts`, tools/imports/ and .ci/run; not ~/tools/x, /data/docs/y, `packages/<name>/src` or docs/*.md.';
  expect(listPaths(text)).toEqual(['packages/host/src/main.ts', 'tools/imports/', '.ci/run']);
});

test('links of the web and within a page are left out', () => {
  expect(listLinks('[a](docs/a.md) [b](https://example.org/b) [c](#here) [d](../x.md#part)')).toEqual(['docs/a.md', '../x.md']);
});

test('npm scripts are found by run and by their short names', () => {
  expect(listScripts('`npm run demo -- --json`, npm test, npm start, and npm itself: npm ci')).toEqual(['demo', 'test', 'start']);
});

test('commands are found in blocks and spans, with their own flags and without those of what they run', () => {
  const text =
    'Use `weir up --detach`:\n```sh\n./weir job submit --cores 2 -- make --jobs 2   # builds\n./weir workflow submit \\\n  --wait\n```\n';
  expect(listCommands(text)).toEqual([
    { words: ['job', 'submit'], flags: ['--cores'] },
    { words: ['workflow', 'submit'], flags: ['--wait'] },
    { words: ['up'], flags: ['--detach'] },
  ]);
});
