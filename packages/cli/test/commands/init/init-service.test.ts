import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { renderUnit } from '../../../src/service/unit.ts';
import { runWeir } from '../../run-weir.ts';

const ROOT = join(import.meta.dirname, '../../../../..');
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-units-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const write = (...args: string[]) => runWeir(['init', 'service', ...args], { home, env: { HOME: home } });
const read = (name: string) => readFileSync(join(home, name), 'utf8');

test('--all writes both units and says what to do with them', async () => {
  const { stdout, stderr, code } = await write('--all', '--user', 'root');
  expect([code, stdout]).toEqual([0, `${home}/weir-host.service\n${home}/weir-runner.service\n`]);
  expect(stderr).toContain('systemctl enable --now weir-host.service weir-runner.service');
  expect(stderr).not.toContain('systemd-analyze:');
  for (const part of ['host', 'runner']) {
    const unit = read(`weir-${part}.service`);
    for (const line of ['Type=simple', 'Restart=on-failure', 'RestartSec=5', 'KillMode=process', 'User=root', `WorkingDirectory=-${home}`])
      expect(unit.split('\n')).toContain(line);
    expect(unit).toContain(`EnvironmentFile=-${home}/weir.env`);
    expect(unit).toContain(`ExecStart=${ROOT}/weir ${part}\n`);
  }
  expect(read('weir-runner.service')).toContain('Delegate=yes');
  expect(read('weir-runner.service')).toContain('After=network-online.target weir-host.service');
  expect(read('weir-runner.service')).not.toMatch(/Protect|NoNewPrivileges|PrivateTmp/);
});

test('a runner alone is told to join first, and waits for no host', async () => {
  const { stderr } = await write('--runner', '--output-dir', home);
  expect(stderr).toContain('weir node join');
  expect(read('weir-runner.service')).not.toContain('weir-host');
  expect(existsSync(join(home, 'weir-host.service'))).toBe(false);
});

test.each([
  [[], 'say for what'],
  [['--all', '--user', 'a b'], '--user "a b"'],
])('%j is refused', async (args, message) => {
  expect(await write(...args)).toMatchObject({ code: 64, stderr: expect.stringContaining(message) as string });
});

test('units that are there are kept unless forced', async () => {
  await write('--host');
  expect(await write('--host')).toMatchObject({ code: 65, stderr: expect.stringContaining('--force') as string });
  expect((await write('--host', '--force')).code).toBe(0);
});

test('odd places are written as systemd reads them', () => {
  const unit = renderUnit('host', { user: 'weir', home: '/srv/my weir 100%', launcher: '/opt/a b/weir', beside: false });
  expect(unit).toContain('Environment="WEIR_HOME=/srv/my weir 100%%"');
  expect(unit).toContain('ExecStart="/opt/a b/weir" host');
  expect(unit).toContain('ReadWritePaths=-"/srv/my weir 100%%"');
});

test.skipIf(spawnSync('systemd-analyze', ['--version']).error !== undefined)('systemd finds nothing wrong with them', async () => {
  await write('--all', '--user', 'root');
  const { stderr } = spawnSync('systemd-analyze', ['verify', join(home, 'weir-host.service'), join(home, 'weir-runner.service')], {
    encoding: 'utf8',
  });
  expect(stderr.split('\n').filter((line) => line.includes('weir-'))).toEqual([]);
});

test('the units in deploy are those that the command writes', () => {
  const place = { user: 'weir', home: '/var/lib/weir', launcher: '/opt/weir/weir', beside: true };
  for (const part of ['host', 'runner'] as const)
    expect(readFileSync(join(ROOT, 'deploy/systemd', `weir-${part}.service`), 'utf8')).toBe(renderUnit(part, place));
});
