import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../repository.ts';

let clone: string;
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'weir-setup-'));
  for (const script of ['tools/setup.sh', 'tools/run.sh']) {
    mkdirSync(dirname(join(clone, script)), { recursive: true });
    copyFileSync(join(ROOT, script), join(clone, script));
  }
  // The npm packages of this lock file are there; the engine's installer notes that it was called.
  write('package-lock.json', '{}');
  write('node_modules/.weir-setup', createHash('sha256').update('{}').digest('hex'));
  write('node_modules/.bin/node', '#!/bin/sh\necho "ran $*"\n');
  write('engines/fuxictr/.venv/bin/python', '#!/bin/sh\n');
  write('engines/fuxictr/setup.sh', 'echo "engine $*" >>"$(dirname "$0")/calls"\n');
});
afterEach(() => rmSync(clone, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), text, { mode: 0o755 });
}

/** Runs a script of the clone from elsewhere. */
function run(script: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync('sh', [join(clone, script), ...args], { cwd: '/', encoding: 'utf8' });
  return { status, stdout, stderr };
}
const setUp = (...args: string[]) => run('tools/setup.sh', ...args);
/** How often the engine's installer was called. */
const installs = () => {
  const file = join(clone, 'engines/fuxictr/calls');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
};

test('a plain setup and a start install the engine', () => {
  expect(setUp()).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(setUp('--as-before').status).toBe(0);
  expect(installs()).toBe(2);
});

test('without the engine it says what the machine cannot do, and later starts leave it out too', () => {
  const light = setUp('--no-engine');
  expect(light.status).toBe(0);
  expect(light.stderr).toMatch(/without the engine: this machine runs jobs, but no stages of workflows; npm run setup adds it/);
  expect(setUp('--as-before')).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(run('tools/run.sh', 'a/program.ts', 'word')).toMatchObject({ status: 0, stdout: `ran ${clone}/a/program.ts word\n` });
  expect(installs()).toBe(0);
});

test.each<[string, () => { status: number | null }]>([
  ['a plain setup', () => setUp()],
  ['a program that needs it', () => run('tools/run.sh', '--engine', 'a/program.ts')],
])('%s adds the engine, and later starts keep it', (_, add) => {
  setUp('--no-engine');
  expect(add().status).toBe(0);
  expect(installs()).toBe(1);
  setUp('--as-before');
  expect(installs()).toBe(2);
});

test.each([['--engine'], ['--no-engine', '--dev'], ['']])('%j is refused before anything is done', (...args) => {
  expect(setUp(...args)).toMatchObject({ status: 64, stderr: expect.stringContaining('it takes --dev, --no-engine') as string });
  expect([existsSync(join(clone, '.cache')), installs()]).toEqual([false, 0]);
});
