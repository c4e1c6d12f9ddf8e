import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Child, type Death } from '../../src/up/child.ts';
import { readLivingRecord } from '../../src/up/process-record.ts';
import { waitUntil } from './wait-until.ts';

let home = '';
let child: Child | undefined;
const deaths: Death[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-child-'));
  deaths.length = 0;
});
afterEach(async () => {
  child?.kill();
  await child?.stop();
  rmSync(home, { recursive: true });
});

function start(fixture: string): Child {
  const program = { args: [fileURLToPath(new URL(`fixtures/${fixture}`, import.meta.url))], environment: { WEIR_HOME: home } };
  child = new Child({
    name: 'it',
    logPath: join(home, 'it.log'),
    cwd: home,
    program: () => program,
    onDeath: (death) => deaths.push(death),
  });
  child.start();
  return child;
}

test('a process that fails is started again, later each time, and its words are in the log', async () => {
  start('program-that-fails.ts');
  await waitUntil('three ends', () => deaths.length >= 3);
  expect(deaths.slice(0, 3)).toEqual(
    [100, 200, 400].map((pauseMs, index) => ({ name: 'it', how: 'exit code 3', exitCode: 3, pauseMs, count: index + 1 })),
  );
  expect(readFileSync(join(home, 'it.log'), 'utf8')).toMatch(/^(the port is taken\n){3}/);
});

test('a process that is killed is started again', async () => {
  const it = start('runner-that-idles.ts');
  const first = await waitUntil('a start', () => it.pid);
  process.kill(first, 'SIGKILL');
  await waitUntil('another start', () => it.pid !== undefined && it.pid !== first);
  expect(deaths.map(({ how }) => how)).toEqual(['signal SIGKILL']);
});

test('a stopped process stays stopped', async () => {
  const it = start('runner-that-idles.ts');
  await waitUntil('its record', () => readLivingRecord(join(home, 'run', 'runner.json')));
  await it.stop();
  expect([it.pid, deaths]).toEqual([undefined, []]);
  expect(readFileSync(join(home, 'order'), 'utf8')).toBe('runner stopped\n');
});

test('a process can be ended at once', async () => {
  const it = start('program-that-ignores-term.ts');
  await waitUntil('its first word', () => readFileSync(join(home, 'it.log'), 'utf8').includes('deaf'));
  const stopped = it.stop();
  it.kill();
  await stopped;
  expect(it.pid).toBeUndefined();
});

test('a process is the leader of its own session, so that Ctrl-C at our terminal passes it by', async () => {
  const it = start('runner-that-idles.ts');
  const pid = await waitUntil('a start', () => it.pid);
  const [, , , session] = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  expect(Number(session)).toBe(pid);
});
