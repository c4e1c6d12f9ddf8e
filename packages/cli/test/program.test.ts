import { expect, test } from 'vitest';
import { COMMANDS } from '../src/commands.ts';
import { FakeHost } from './fake-host/fake-host.ts';
import { runShell, runWeir } from './run-weir.ts';

const home = '/nonexistent/weir-home';
const cwd = '/';
const run = (...args: string[]) => runWeir(args, { home, cwd });

test('the version is printed and nothing else', async () => {
  const { stdout, stderr, code } = await run('--version');
  expect([stdout, stderr, code]).toEqual(['0.1.0\n', '', 0]);
});

test.each([
  [['jbo', 'list'], `weir: unknown command 'jbo' (Did you mean job?); see "weir --help"`],
  [['job', 'lits'], `weir: unknown command 'lits' (Did you mean list?); see "weir job --help"`],
  [['job', 'submit', '--corse', '2', '--', 'a'], `weir: unknown option '--corse' (Did you mean --cores?); see "weir job submit --help"`],
  [['job', 'show'], `weir: missing required argument 'id'; see "weir job show --help"`],
  [['job', 'show', '1', '2'], `weir: too many arguments for 'show'. Expected 1 argument but got 2.; see "weir job show --help"`],
  [['job', 'show', 'x'], `weir: "x" is not the id of a job: use a number such as 12 (see "weir job list")`],
  [['job', 'submit'], 'weir: nothing to run: give a command, as in "weir job submit -- hostname", or --script FILE'],
  [
    ['job', 'submit', '--memory', 'much', '--', 'a'],
    'weir: "much" is not an amount of memory: use 512M, 2G, 1.5G, 1T (a bare number is MiB)',
  ],
  [
    ['workflow', 'submit', '--model', 'MMoE'],
    `weir: required option '--experiment-id <id>' not specified; see "weir workflow submit --help"`,
  ],
  [['warehouse', 'query', '--sql', '@none.sql'], 'weir: --sql: cannot read none.sql: no such file'],
])('%j is a usage error told in one line', async (args, message) => {
  const { stdout, stderr, code } = await run(...args);
  expect([stdout, stderr, code]).toEqual(['', `${message}\n`, 64]);
});

test('without a host the one line says how to start one', async () => {
  const { stderr, code } = await run('job', 'list');
  expect([stderr, code]).toEqual([`weir: no host runs in ${home}: start one with "weir up", or name another with --host\n`, 69]);
});

test('with --json a refusal is JSON on standard error', async () => {
  const { stdout, stderr, code } = await run('job', 'show', 'x', '--json');
  expect(stdout).toBe('');
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'invalid_input', field: 'job_id', value: 'x' } });
  expect(code).toBe(64);
});

const leaves = Object.entries(COMMANDS).flatMap(([noun, entry]) =>
  'verbs' in entry ? Object.keys(entry.verbs).map((verb) => [noun, verb]) : [[noun]],
);

test.each(leaves.map((words) => ({ words, line: words.join(' ') })))(
  'weir $line --help shows its usage and an example',
  async ({ words }) => {
    const { stdout, stderr, code } = await run(...words, '--help');
    expect(stdout).toContain(`Usage: weir ${words.join(' ')}`);
    expect(stdout).toContain(`$ weir ${words.join(' ')}`);
    expect([stderr, code]).toEqual(['', 0]);
  },
);

test('a reader that goes away ends the command quietly', async () => {
  await using host = await FakeHost.start();
  for (let count = 0; count < 2000; count += 1) host.jobs.add();
  const { stdout, stderr } = await runShell('weir job list --all --json | head -c 20; weir job list --all | head -n 1', host);
  expect(stdout).toMatch(/^{"jobs":\[{"job_id":2 +ID {2}NAME/);
  expect(stderr).toBe('');
});

test('output that cannot be written is an error, not a success', async () => {
  await using host = await FakeHost.start();
  const { stdout, stderr } = await runShell('weir node list > /dev/full; echo $?', host);
  expect(stdout).toBe('74\n');
  expect(stderr).toContain('weir: cannot write to standard output');
});
