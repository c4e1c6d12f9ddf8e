import { expect, test } from 'vitest';
import { readRunnerConfig } from '../src/index.ts';

test('every variable has its field', () => {
  const config = readRunnerConfig({
    WEIR_HOME: '/srv/weir',
    WEIR_LOG_LEVEL: 'debug',
    WEIR_NODE_NAME: 'gpu-1',
    WEIR_HOST_URL: 'https://weir.example, http://10.0.0.2:7766',
    WEIR_NODE_ADDRESS: 'gpu-1.lab.example',
    WEIR_RUN_AS_USER: '1',
    WEIR_SHARED_DIR: '/mnt/shared',
    WEIR_LOCAL_TEMP_DIR: '/scratch',
    WEIR_NODE_TOKEN_FILE: '/etc/weir/token',
    WEIR_CPUS: '64',
    WEIR_STAGES_MAIN: '/opt/stages/main.ts',
    WEIR_ENGINE_PYTHON: '/opt/python',
    FUXICTR_ROOT: '/opt/fuxictr',
    WEIR_DATA_ROOTS: '/data:/mnt',
    NODE_COMPILE_CACHE: '/cache',
    LANG: 'de_DE.UTF-8',
    PATH: '/bin',
    SECRET: 'x',
  });
  expect(config).toEqual({
    home: '/srv/weir',
    logLevel: 'debug',
    nodeName: 'gpu-1',
    hostUrls: ['https://weir.example', 'http://10.0.0.2:7766'],
    nodeAddress: 'gpu-1.lab.example',
    runAsUser: true,
    siteFolders: { shared: '/mnt/shared', localTemp: '/scratch' },
    nodeTokenFile: '/etc/weir/token',
    cpus: 64,
    stagesMain: '/opt/stages/main.ts',
    stageEnvironment: {
      WEIR_HOME: '/srv/weir',
      WEIR_ENGINE_PYTHON: '/opt/python',
      FUXICTR_ROOT: '/opt/fuxictr',
      WEIR_DATA_ROOTS: '/data:/mnt',
      NODE_COMPILE_CACHE: '/cache',
    },
    inheritedEnvironment: { LANG: 'de_DE.UTF-8' },
    searchPath: '/bin',
  });
});

test('empty variables count as unset', () => {
  const config = readRunnerConfig({ WEIR_HOME: '/srv/weir', WEIR_NODE_NAME: '', WEIR_HOST_URL: '', WEIR_STAGES_MAIN: '' });
  expect([config.nodeName, config.hostUrls, config.stagesMain, config.nodeTokenFile]).toEqual([null, [], null, '/srv/weir/run/node-token']);
});

test.each(['0', '1.5', 'many', '-1', '65537'])('WEIR_CPUS=%s is refused by name', (cpus) => {
  expect(() => readRunnerConfig({ WEIR_CPUS: cpus })).toThrow(/^WEIR_CPUS=.* must be a whole number/);
});

test('names of the systems that came before count where ours are not set', () => {
  const names = { NODE_NAME: 'kunpeng-1', TOTAL_CPUS: '32', HAKURIVER_SHARED_DIR: '/mnt/old', HAKURIVER_LOCAL_TEMP_DIR: '/scratch' };
  expect(readRunnerConfig(names)).toMatchObject({
    nodeName: 'kunpeng-1',
    cpus: 32,
    siteFolders: { shared: '/mnt/old', localTemp: '/scratch' },
  });
  expect(readRunnerConfig({ ...names, WEIR_NODE_NAME: 'gpu-1', WEIR_CPUS: '8' })).toMatchObject({ nodeName: 'gpu-1', cpus: 8 });
});

test.each([
  ['TOTAL_CPUS', 'all'],
  ['WEIR_HOST_URL', 'weir.example'],
  ['WEIR_HOST_URL', 'http://a,ftp://b'],
  ['WEIR_NODE_ADDRESS', 'a b'],
  ['WEIR_RUN_AS_USER', 'yes'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => readRunnerConfig({ [name]: value })).toThrow(new RegExp(`^${name}=.* must be`));
});
