import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SETTINGS } from '../../src/settings/settings.ts';
import { parseJson } from '../parse-json.ts';
import { runWeir, startWeir } from '../run-weir.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-settings-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

interface Shown {
  readonly settings: readonly { readonly name: string; readonly value: string | null; readonly source: string }[];
}
/** What a setting may be; the second is another one. */
const valuesOf = (name: string): readonly [string, string] =>
  name.endsWith('_PORT') || name.endsWith('_MS') ? ['4711', '4712'] : ['one', 'two'];
const show = async (env: Record<string, string>) => {
  const { stdout } = await runWeir(['config', 'show', '--all', '--json'], { home, env });
  return new Map(parseJson<Shown>(stdout).settings.map((setting) => [setting.name, setting]));
};

test('every setting is taken from the file, and from the environment before it', async () => {
  writeFileSync(join(home, 'weir.env'), SETTINGS.map(({ name }) => `${name}=${valuesOf(name)[0]}`).join('\n'));
  const fromFile = await show({});
  const fromEnvironment = await show(Object.fromEntries(SETTINGS.map(({ name }) => [name, valuesOf(name)[1]])));
  for (const { name, secret } of SETTINGS) {
    const [first, second] = valuesOf(name).map((value) => (secret === true ? '********' : value));
    expect(fromFile.get(name)).toEqual({ name, value: first, source: join(home, 'weir.env') });
    expect(fromEnvironment.get(name)).toEqual({ name, value: second, source: 'environment' });
  }
});

test('a flag of the host goes before the environment, and that before the file', async () => {
  writeFileSync(join(home, 'weir.env'), 'WEIR_LISTEN=192.0.2.1\nWEIR_PORT=1\nWEIR_ADVERTISE_URL=http://a.example\n');
  const host = startWeir(['host', '--port', '0'], { home, env: { WEIR_PORT: '2', WEIR_LISTEN: '127.0.0.1' } });
  await host.wrote('stderr', 'host is up');
  const { url } = parseJson<{ url: string }>(readFileSync(join(home, 'run', 'host.json'), 'utf8'));
  const { hostname, port } = new URL(url);
  expect(hostname).toBe('127.0.0.1');
  expect(['1', '2', '']).not.toContain(port);
  host.kill('SIGTERM');
  await host.ended;
});

const WRONG: readonly (readonly [program: 'host' | 'runner', name: string, value: string])[] = [
  ['host', 'WEIR_PORT', 'http'],
  ['host', 'WEIR_ADVERTISE_URL', 'host-1'],
  ['host', 'WEIR_HEARTBEAT_MS', '5s'],
  ['host', 'WEIR_NODE_LEASE_MS', '-1'],
  ['host', 'WEIR_NODE_LOST_AFTER_MS', '1'],
  ['host', 'WEIR_KEEP_JOBS_MS', '30d'],
  ['host', 'WEIR_KEEP_AUDIT_MS', '0'],
  ['host', 'WEIR_STORE', 'mysql://x'],
  ['host', 'WEIR_REDIS', 'localhost'],
  ['host', 'WEIR_STRATEGY', 'best'],
  ['host', 'WEIR_WEIGHT_AGE', 'much'],
  ['host', 'WEIR_WEIGHT_FAIR_SHARE', '-2'],
  ['host', 'WEIR_WEIGHT_SIZE', '1.5'],
  ['host', 'WEIR_WEIGHT_USER', 'x'],
  ['host', 'WEIR_MAX_AGE_MS', '0'],
  ['host', 'WEIR_USAGE_HALF_LIFE_MS', '0'],
  ['host', 'WEIR_BOOKINGS', '-1'],
  ['host', 'WEIR_UNLIMITED_MS', 'ever'],
  ['host', 'WEIR_LOG_LEVEL', 'loud'],
  ['runner', 'WEIR_HOST_URL', 'host-1'],
  ['runner', 'WEIR_NODE_ADDRESS', 'a b'],
  ['runner', 'WEIR_CPUS', '0'],
  ['runner', 'WEIR_RUN_AS_USER', 'yes'],
];

test.each(WRONG)('the %s refuses %s=%s by name, in one line and with the exit code of wrong input', async (program, name, value) => {
  writeFileSync(join(home, 'weir.env'), `${name}='${value}'\n`);
  const { code, stdout, stderr } = await runWeir([program], { home });
  expect(code).toBe(64);
  const lines = `${stdout}${stderr}`.trim().split('\n');
  expect(lines).toEqual([expect.stringContaining(name)]);
});

test.each([
  [['--port', 'http'], '--port'],
  [['--store', 'mysql://x'], 'WEIR_STORE'],
  [['--redis', 'localhost'], 'WEIR_REDIS'],
  [['--advertise-url', 'host-1'], 'WEIR_ADVERTISE_URL'],
  [['--prot', '1'], '--prot'],
])('the host refuses the flag %j', async (flags, name) => {
  const { code, stdout, stderr } = await runWeir(['host', ...flags], { home });
  expect(code).toBe(64);
  expect(`${stdout}${stderr}`).toContain(name);
});

test('a name in the file that is none of ours is told', async () => {
  writeFileSync(join(home, 'weir.env'), 'WEIR_PROT=1\nHTTPS_PROXY=x\nWEIR_PORT=1\n');
  const { stderr, code } = await runWeir(['config', 'show'], { home });
  expect(code).toBe(0);
  expect(stderr).toMatch(/weir\.env: WEIR_PROT is no setting/);
  expect(stderr).not.toMatch(/HTTPS_PROXY|WEIR_PORT/);
});
