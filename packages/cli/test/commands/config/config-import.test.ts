import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { formatLine, parseEnvText } from '../../../src/settings/env-file.ts';
import { runWeir } from '../../run-weir.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-import-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const importText = (name: string, text: string, ...args: string[]) => {
  writeFileSync(join(home, name), text);
  return runWeir(['config', 'import', name, ...args], { home });
};
const settings = () => parseEnvText(readFileSync(join(home, 'weir.env'), 'utf8'));

const TOML = `
[network]
host_bind_ip = "0.0.0.0"
host_port = 8000
host_ssh_proxy_port = 8002
host_reachable_address = "10.0.0.1"
runner_address = "10.0.0.7"
runner_port = 8001
[paths]
shared_dir = "/mnt/my share"
local_temp_dir = "/tmp/hakuriver"
numactl_path = ""
host_log_file = "host.log"
[database]
db_file = "cluster.db"
[timing]
heartbeat_interval = 2.5
heartbeat_timeout_factor = 6
[docker]
container_dir = "hakuriver-containers"
tasks_privileged = false
additional_mounts = []
[extra]
odd = 1
`;

test('a TOML of HakuRiver becomes settings; each key that means nothing here is told', async () => {
  const { stdout, stderr, code } = await importText('config.toml', TOML);
  expect([code, stdout]).toEqual([0, `${join(home, 'weir.env')}\n`]);
  expect(statSync(join(home, 'weir.env')).mode & 0o777).toBe(0o600);
  expect(settings()).toEqual({
    WEIR_LISTEN: '0.0.0.0',
    WEIR_PORT: '8000',
    WEIR_NODE_ADDRESS: '10.0.0.7',
    WEIR_SHARED_DIR: '/mnt/my share',
    WEIR_LOCAL_TEMP_DIR: '/tmp/hakuriver',
    WEIR_HEARTBEAT_MS: '2500',
    WEIR_HOST_URL: 'http://10.0.0.1:8000',
    WEIR_NODE_LOST_AFTER_MS: '15000',
  });
  const left = [...stderr.matchAll(/^(\S+): left out: \S/gm)].map(([, key]) => key);
  expect(left).toEqual([
    'network.host_ssh_proxy_port',
    'network.runner_port',
    'paths.numactl_path',
    'paths.host_log_file',
    'database.db_file',
    'docker.container_dir',
    'docker.tasks_privileged',
    'docker.additional_mounts',
    'extra.odd',
  ]);
});

test('the properties of scns-conductor become settings', async () => {
  const text = [
    '# comment',
    'POSTGRES_HOST=db',
    'POSTGRES_PORT=5432',
    'POSTGRES_PASSWORD="p@ss w$rd"',
    'REDIS_PASSWORD=',
    'API_PORT=8000',
    'NODE_NAME=kunpeng-compute-01',
    'TOTAL_CPUS=32',
    'LOG_LEVEL=WARNING',
    'WORKER_CONCURRENCY=2',
    'DEFAULT_PARTITION=compute-high-mem',
  ].join('\n');
  const { stderr, code } = await importText('app.properties', text);
  expect(code).toBe(0);
  expect(settings()).toEqual({
    POSTGRES_HOST: 'db',
    POSTGRES_PORT: '5432',
    POSTGRES_PASSWORD: 'p@ss w$rd',
    WEIR_PORT: '8000',
    WEIR_NODE_NAME: 'kunpeng-compute-01',
    WEIR_CPUS: '32',
    WEIR_LOG_LEVEL: 'warn',
  });
  expect(stderr).toContain('DEFAULT_PARTITION: left out: use "weir node label NODE partition=NAME"');
  expect(stderr).toContain('WORKER_CONCURRENCY: left out');
  expect(stderr).not.toContain('p@ss');
});

test('a value of scns-conductor is read as there: a # begins a comment only after a blank', async () => {
  const text = [
    'POSTGRES_USER=us#er # not this',
    'POSTGRES_PASSWORD=p@ss/w:rd#1',
    "REDIS_PASSWORD='it\\'s #2 '\t# nor this",
    'export POSTGRES_DB="a\\"b"',
    'REDIS_DB= # none',
    'TOTAL_CPUS = 4',
  ].join('\r\n');
  expect(await importText('app.properties', text)).toMatchObject({ code: 0 });
  expect(settings()).toEqual({
    POSTGRES_USER: 'us#er',
    POSTGRES_PASSWORD: 'p@ss/w:rd#1',
    REDIS_PASSWORD: "it's #2 ",
    POSTGRES_DB: 'a"b',
    WEIR_CPUS: '4',
  });
});

test('a config.yaml of the workflow becomes settings', async () => {
  const text =
    'servers:\n  server_21: {host: h, port: 22}\nstorage: {dashboard_data_root: /data}\nworkflow: {heartbeat_interval: 30}\nlogging: {level: DEBUG, file: x}\n';
  const { stderr, stdout, code } = await importText('config.yaml', text, '-o', '-');
  expect([code, parseEnvText(stdout)]).toEqual([0, { WEIR_DATA_ROOTS: '/data', WEIR_LOG_LEVEL: 'debug' }]);
  for (const key of ['servers.server_21.host', 'servers.server_21.port', 'workflow.heartbeat_interval', 'logging.file'])
    expect(stderr).toContain(`${key}: left out: `);
});

test.each([
  [
    'config.toml',
    '[network]\nhost_port = "many"\nhost_bind_ip = 5',
    'network.host_port must be a whole number from 1 to 65535, not "many"; network.host_bind_ip must be text',
  ],
  ['config.toml', '[timing]\nheartbeat_interval = 0', 'timing.heartbeat_interval must be a number greater than zero, not 0'],
  ['config.toml', '[network', 'cannot be read: Invalid TOML'],
  ['config.yaml', 'a: [', 'cannot be read: '],
  ['app.properties', 'TOTAL_CPUS=-1', 'TOTAL_CPUS must be a whole number from 0 to 65536, not "-1"'],
  ['app.properties', 'LOG_LEVEL=LOUD', 'LOG_LEVEL must be one of fatal, error, warn'],
  ['app.properties', 'SOMETHING=1', 'has no setting of scns-conductor that means something here'],
  ['app.properties', '', 'is empty'],
  [
    'app.properties',
    'API_PORT=1\nPOSTGRES_PASSWORD="a"b#c',
    'app.properties, line 2: the value of POSTGRES_PASSWORD begins with " and does not',
  ],
  [
    'app.properties',
    "POSTGRES_PASSWORD='abc\nAPI_PORT=1",
    "app.properties, line 1: the value of POSTGRES_PASSWORD begins with ' and does not",
  ],
])('%s with %j writes nothing and says why', async (name, text, message) => {
  const { code, stderr } = await importText(name, text);
  expect([code, stderr]).toEqual([64, expect.stringContaining(message)]);
  expect(() => settings()).toThrow('ENOENT');
});

test('a file that is there is kept unless forced', async () => {
  await importText('app.properties', 'API_PORT=1');
  expect(await importText('app.properties', 'API_PORT=2')).toMatchObject({ code: 65 });
  expect(settings()).toEqual({ WEIR_PORT: '1' });
  expect((await importText('app.properties', 'API_PORT=2', '--force')).code).toBe(0);
  expect(settings()).toEqual({ WEIR_PORT: '2' });
});

const ODD_VALUES = [
  'plain',
  'two words',
  '$HOME',
  'a"b',
  "it's",
  'a#b',
  '#',
  'a #b',
  ' a ',
  '\\n\\',
  '中文',
  "o'clock #1",
  '`x`',
  ';',
  '=',
  'export',
];
test.each(ODD_VALUES)('the value %j comes back as it was written', (value) => {
  expect(parseEnvText(`${formatLine('X', value)}\n${formatLine('Y', 'z')}\n`)).toEqual({ X: value, Y: 'z' });
});

/** Prints what systemd's own reader of such files makes of `environment.d`; only that one replaces `$NAME`. */
const SYSTEMD_READER = '/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator';
test.runIf(existsSync(SYSTEMD_READER))('what is written reads the same to systemd', () => {
  const values = ODD_VALUES.filter((value) => !value.includes('$'));
  mkdirSync(join(home, 'environment.d'));
  writeFileSync(join(home, 'environment.d/x.conf'), values.map((value, place) => `${formatLine(`X${place}`, value)}\n`).join(''));
  const told = execFileSync(SYSTEMD_READER, { env: { HOME: home, XDG_CONFIG_HOME: home }, encoding: 'utf8' });
  expect(parseEnvText(told)).toMatchObject(Object.fromEntries(values.map((value, place) => [`X${place}`, value])));
});

test.each([
  ['POSTGRES_PASSWORD=p@ss/w:rd#1', 'p@ss/w:rd#1'],
  ['POSTGRES_PASSWORD=abc # the old one', 'abc'],
  ['POSTGRES_PASSWORD=#1', '#1'],
  ["POSTGRES_PASSWORD='a\\b' # single", 'a\\b'],
  ['POSTGRES_PASSWORD="a\\"\\$\\`\\\\\\n#"', 'a"$`\\\\n#'],
  ['# POSTGRES_PASSWORD=x\n ; POSTGRES_PASSWORD=y\n\texport POSTGRES_PASSWORD = z', 'z'],
  ['POSTGRES_PASSWORD="two\nWEIR_PORT=1"', 'two\nWEIR_PORT=1'],
])('the line %j of a weir.env written by hand says %j', (line, value) => {
  writeFileSync(join(home, 'weir.env'), line);
  expect(readConfig({ WEIR_HOME: home }).fileVariables).toEqual({ POSTGRES_PASSWORD: value });
});

test('a weir.env whose quotes do not end is refused, with its line', async () => {
  writeFileSync(join(home, 'weir.env'), 'WEIR_PORT=1\nPOSTGRES_PASSWORD="abc\n');
  const { code, stderr } = await runWeir(['config', 'show'], { home });
  expect([code, stderr]).toEqual([64, expect.stringContaining(`${join(home, 'weir.env')}, line 2: the value of POSTGRES_PASSWORD begins`)]);
});

test('settings of the home count for what is started there; the environment wins over them', () => {
  writeFileSync(join(home, 'weir.env'), 'WEIR_PORT=1\nWEIR_LISTEN=0.0.0.0\nWEIR_HOME=/elsewhere\n');
  const config = readConfig({ WEIR_HOME: home, WEIR_PORT: '2', WEIR_LISTEN: '' });
  expect([config.home, config.port, config.listen]).toEqual([home, 2, '0.0.0.0']);
});
