import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { ROOT } from '../repository.ts';
import { listCommands, listLinks, listPaths, listScripts } from './docs/mentions.ts';

const DOCUMENTS = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: ROOT })];
const read = (document: string) => readFileSync(join(ROOT, document), 'utf8');

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document);

  test('names only paths that are there', () => {
    expect(listPaths(text).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('links only to files that are there', () => {
    const broken = listLinks(text).filter((link) => !existsSync(join(ROOT, normalize(join(dirname(document), link)))));
    expect(broken).toEqual([]);
  });

  test('names only npm scripts that are there', () => {
    expect(listScripts(text).filter((script) => !Object.hasOwn(packageFile.scripts, script))).toEqual([]);
  });
});

test('every command that a document names is one of weir, with every flag', () => {
  const mentions = DOCUMENTS.flatMap((document) => listCommands(read(document)));
  const byCommand = Map.groupBy(mentions, (mention) => mention.words.join(' '));
  expect(byCommand.size).toBeGreaterThan(10);
  for (const [command, uses] of byCommand) {
    const { status, stdout } = spawnSync(join(ROOT, 'weir'), [...command.split(' '), '--help'], { encoding: 'utf8' });
    expect({ command, status }).toEqual({ command, status: 0 });
    for (const flag of uses.flatMap((use) => use.flags))
      expect({ command, help: stdout }).toEqual({ command, help: expect.stringContaining(flag) });
  }
}, 120_000);

test('README says what CI runs', () => {
  for (const command of ['npm run demo -- --json', 'npm run check', 'npm test', './weir down'])
    expect(read('README.md')).toContain(command);
});

test('the glossary and the architecture are where README says', () => {
  expect(listLinks(read('README.md'))).toEqual(
    expect.arrayContaining(['docs/architecture.md', 'docs/glossary.md', 'docs/status.md', 'LICENSE']),
  );
});
