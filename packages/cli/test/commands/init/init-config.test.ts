import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseEnvText } from '../../../src/settings/env-file.ts';
import { SETTINGS } from '../../../src/settings/settings.ts';
import { parseJson } from '../../parse-json.ts';
import { runWeir } from '../../run-weir.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-init-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

interface Shown {
  readonly settings: readonly { readonly name: string; readonly value: string | null; readonly source: string }[];
}
const show = async (env: Record<string, string> = {}) => {
  const { stdout } = await runWeir(['config', 'show', '--all', '--json'], { home, env });
  const { settings } = parseJson<Shown>(stdout);
  return (name: string) => settings.find((setting) => setting.name === name);
};

test('init config writes every setting as a comment, for the owner alone, and changes nothing by itself', async () => {
  const before = await show();
  const { stdout, code } = await runWeir(['init', 'config'], { home });
  const path = join(home, 'weir.env');
  expect([stdout, code]).toEqual([`${path}\n`, 0]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const text = readFileSync(path, 'utf8');
  expect(parseEnvText(text)).toEqual({});
  const after = await show();
  for (const { name } of SETTINGS) {
    expect(text).toMatch(new RegExp(`^#${name}=`, 'm'));
    expect(after(name)).toEqual(before(name));
  }
});

test('a file that is there is kept unless forced', async () => {
  writeFileSync(join(home, 'weir.env'), 'WEIR_PORT=1\n');
  const refused = await runWeir(['init', 'config'], { home });
  expect([refused.code, refused.stderr]).toEqual([65, expect.stringContaining('--force')]);
  expect(readFileSync(join(home, 'weir.env'), 'utf8')).toBe('WEIR_PORT=1\n');
  expect((await runWeir(['init', 'config', '--force'], { home })).code).toBe(0);
  expect((await show())('WEIR_PORT')).toMatchObject({ value: '7766', source: 'default' });
  expect((await runWeir(['init', 'config', '-o', 'other.env'], { home })).stdout).toBe(`${join(home, 'other.env')}\n`);
});

test('config show tells values with their sources; the environment wins, another name comes last, secrets are hidden', async () => {
  const lines = [
    'WEIR_PORT=1',
    'WEIR_LISTEN=0.0.0.0',
    "WEIR_STORE='postgres://weir:geheim@db/weir'",
    'POSTGRES_PASSWORD=geheim',
    'WEIR_STRATEGY=',
  ];
  writeFileSync(join(home, 'weir.env'), lines.join('\n'));
  const env = { WEIR_PORT: '2', WEIR_LISTEN: '', TOTAL_CPUS: '8', NODE_NAME: 'n', WEIR_NODE_NAME: 'own', WEIR_TOKEN: 'geheim' };
  const of = await show(env);
  const file = join(home, 'weir.env');
  expect(of('WEIR_HOME')).toEqual({ name: 'WEIR_HOME', value: home, source: 'environment' });
  expect(of('WEIR_PORT')).toMatchObject({ value: '2', source: 'environment' });
  expect(of('WEIR_LISTEN')).toMatchObject({ value: '0.0.0.0', source: file });
  expect(of('WEIR_CPUS')).toMatchObject({ value: '8', source: 'environment (TOTAL_CPUS)' });
  expect(of('WEIR_NODE_NAME')).toMatchObject({ value: 'own', source: 'environment' });
  expect(of('WEIR_STRATEGY')).toMatchObject({ value: 'binpack', source: 'default' });
  expect(of('WEIR_REDIS')).toMatchObject({ value: null, source: 'default' });
  expect(of('WEIR_STORE')?.value).toBe('postgres://weir:********@db/weir');
  const table = await runWeir(['config', 'show'], { home, env });
  expect(table.stdout).toContain('environment (TOTAL_CPUS)');
  expect(table.stdout).not.toContain('geheim');
  expect(table.stdout).not.toContain('WEIR_REDIS');
});

test('a file of settings that cannot be read is an error that names it', async () => {
  writeFileSync(join(home, 'weir.env'), 'WEIR_PORT=x\n');
  expect(await runWeir(['config', 'show'], { home })).toMatchObject({ code: 64, stderr: expect.stringContaining('WEIR_PORT') as string });
});

test('every variable that host and runner read is a setting', () => {
  const known = new Set(SETTINGS.flatMap(({ name, aliases = [] }) => [name, ...aliases]));
  const packages = join(import.meta.dirname, '../../../..');
  const files = [
    'host/src/config.ts',
    'runner/src/config.ts',
    ...readdirSync(join(packages, 'host/src/config')).map((file) => `host/src/config/${file}`),
  ];
  const read = files.flatMap((file) => [
    ...readFileSync(join(packages, file), 'utf8').matchAll(
      /'((?:WEIR|POSTGRES|REDIS|FUXICTR|API|HAKURIVER)_[A-Z_]+|LOG_LEVEL|NODE_NAME|TOTAL_CPUS)'/g,
    ),
  ]);
  const names = read.map(([, name = '']) => name).filter((name) => name !== 'WEIR_HOME' && !INTERNAL.has(name));
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !known.has(name))).toEqual([]);
});

/** Told by `weir` itself to the processes that it starts. */
const INTERNAL = new Set(['WEIR_STAGES_MAIN']);
