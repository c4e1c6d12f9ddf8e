import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { fromArgv, toArgv } from '../../../src/compat/hakuriver/task-command.ts';

const ODD = ['two words', `'quotes"`, '$HOME', 'a;b', 'line\nbreak', '中文', '', '*', '-n'];
const run = ([program = '', ...args]: string[]) => spawnSync(program, args, { encoding: 'utf8' });

test('arguments arrive byte by byte', () => {
  for (const command of ['printf', 'true; printf']) {
    expect(run(toArgv(command, ['%s|', ...ODD])).stdout).toBe(ODD.map((text) => `${text}|`).join(''));
  }
});

test('a line of a shell is run by one: all of its output, the status of the whole', () => {
  const line = run(toArgv('echo a; echo b | tr b c; exit 3', []));
  expect([line.stdout, line.status]).toEqual(['a\nc\n', 3]);
  expect(run(toArgv('echo a #', [])).stdout).toBe('a\n');
});

test.each([
  ['true', []],
  ['sleep', ['60']],
  ['echo a; echo b', []],
  ['echo a; printf', ['%s', ...ODD]],
  ['/bin/sh', ['-c', 'exit 3']],
  ['/bin/sh', ['-c', 'exit 3', 'name', 'x']],
])('the task %s %j is told as it was given', (command, args) => {
  expect(fromArgv(toArgv(command, args))).toEqual({ command, arguments: args });
});
