import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeHost } from '../../fake-host/fake-host.ts';
import { parseJson } from '../../parse-json.ts';
import { runWeir, startWeir } from '../../run-weir.ts';

let home = '';
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'weir-node-'))));
afterEach(async () => {
  await runWeir(['down'], { home });
  rmSync(home, { recursive: true });
});

const weir = (...args: string[]) => runWeir(['node', 'join', ...args], { home });
const read = (...parts: string[]) => parseJson<Record<string, string>>(readFileSync(join(home, ...parts), 'utf8'));
const isPrivate = (...parts: string[]) => (statSync(join(home, ...parts)).mode & 0o777) === 0o600;

test('a join token is traded, the answer kept for the owner alone, and the runner left running', async () => {
  await using host = await FakeHost.start();
  mkdirSync(join(home, 'node'));
  writeFileSync(join(home, 'node', 'welcome.json'), 'of a fleet that this machine was in before');
  const words = ['--host', host.url, '--token', 'join-token', '--name', 'gpu-1', '--labels', 'rack=2', '--detach', '--json'];
  const { stdout, stderr, code } = await weir(...words);
  expect([stderr, code]).toEqual(['', 0]);
  const { pid, ...membership } = parseJson<{ pid: number }>(stdout);
  expect(membership).toEqual({ hosts: [host.url], node: 'gpu-1' });
  expect(host.calls[0]).toMatchObject({ id: 'nodeJoin', body: { name: 'gpu-1', token: 'join-token', labels: { rack: '2' } } });
  expect([read('node.json'), read('run', 'node-token')]).toEqual([membership, { node: 'gpu-1', token: 'secret-of-gpu-1' }]);
  expect([isPrivate('node.json'), isPrivate('run', 'node-token')]).toEqual([true, true]);
  expect(existsSync(join(home, 'node', 'welcome.json'))).toBe(false);
  expect(Number(read('run', 'runner.json')['pid'])).toBe(pid);
  const again = await weir();
  expect([again.stdout, again.code]).toEqual([`node gpu-1 of ${host.url} runs already (pid ${pid})\n`, 0]);
});

test('started again without a token it goes on; the same line pasted again does no harm', async () => {
  await using host = await FakeHost.start();
  const words = ['--host', host.url, '--token', 'join-token', '--name', 'gpu-1', '--detach'];
  expect((await weir(...words)).code).toBe(0);
  const up = await runWeir(['status'], { home });
  expect(up.stdout).toContain(`node gpu-1 in ${home}\n  state   healthy\n  host    ${host.url}, healthy\n  runner  pid `);
  await runWeir(['down'], { home });
  const down = await runWeir(['status'], { home });
  expect(down.stdout).toContain('  state     down\n  start it  weir node join\n');
  expect([up.code, down.code]).toEqual([0, 69]);
  const bare = await weir('--detach');
  expect([bare.stdout.replace(/\d+\)\n$/, ''), bare.code]).toEqual([`node gpu-1 of ${host.url} is started (pid `, 0]);
  await runWeir(['down'], { home });
  const pasted = await weir(...words);
  expect(pasted.stderr).toContain('weir: there is a node gpu-1: choose another name; going on as node gpu-1, which this machine is\n');
  expect(pasted.code).toBe(0);
});

test('in the foreground the runner takes the place of the command', async () => {
  await using host = await FakeHost.start();
  const args = ['node', 'join', '--host', host.url, '--token', '-', '--name', 'gpu-2'];
  const running = startWeir(args, { home, input: 'join-token\n' });
  await running.wrote('stderr', `node gpu-2 of ${host.url}; Ctrl-C stops its runner, its jobs run on`);
  await running.wrote('stderr', '"ending":');
  expect(Number(read('run', 'runner.json')['pid'])).toBe(running.pid);
  running.kill('SIGTERM');
  expect((await running.ended).code).toBe(0);
});

test('a refusal leaves nothing behind', async () => {
  await using host = await FakeHost.start();
  const wrong = await weir('--host', host.url, '--token', 'wrong', '--detach');
  expect([wrong.stderr, wrong.code]).toEqual(['weir: this join token is not known: ask for a new one\n', 77]);
  const later = await weir('--detach');
  expect([later.stderr, later.code]).toEqual([
    'weir: this machine is no node yet: give --host URL and --token T, as "weir token create --join" prints them\n',
    64,
  ]);
});

test('a home with a host of its own does not become a node of another, nor the other way round', async () => {
  await using host = await FakeHost.start();
  const owner = await runWeir(['node', 'join', '--host', host.url, '--token', 'join-token'], host);
  expect(owner.code).toBe(65);
  expect(owner.stderr).toContain('has a host of its own');
  writeFileSync(join(home, 'node.json'), JSON.stringify({ hosts: [host.url], node: 'gpu-1' }));
  for (const command of ['up', 'host']) {
    const refused = await runWeir([command], { home });
    expect(refused.code).toBe(65);
    expect(refused.stderr).toContain(`is node gpu-1 of ${host.url}: start its runner with "weir node join"`);
  }
});

test('a host that is reached in the clear over a network is warned of', async () => {
  writeFileSync(join(home, 'node.json'), JSON.stringify({ hosts: ['http://weir.invalid:7766'], node: 'gpu-1' }));
  const { stderr, code } = await weir('--detach');
  expect(stderr).toContain('weir: http://weir.invalid:7766 is not encrypted');
  expect(code).toBe(0);
});
